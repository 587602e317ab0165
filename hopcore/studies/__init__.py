"""What each chapter trains and measures, a module for each.

In all of them ``executor`` is where networks are trained (None trains them here), ``dtype`` is that of
training, ``settings`` are the chapter's at its scale (`hopcore.paper.scales`), ``source`` is what training
sets are drawn from (`hopcore.training_set`), and ``seed`` is that of the start.
"""
