"""Executing chapters and keeping the finished notebooks."""
