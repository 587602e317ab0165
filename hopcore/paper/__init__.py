"""The paper in numbers: its figures' parameters, its statements, and the answers that chapters give them."""

from .claims import CLAIMS, Claim
from .figures import *  # noqa: F403 (constants alone: their names stand there, once)
from .figures import FigureParameters
from .verdicts import Answer, Verdict, beyond, claim, ranges, say

__all__ = ["CLAIMS", "Answer", "Claim", "FigureParameters", "Verdict", "beyond", "claim", "ranges", "say"]
