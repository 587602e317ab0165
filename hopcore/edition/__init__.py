"""The executable edition: chapters become executed notebooks, and these become the book.

A chapter is a text notebook under ``book/``, listed in ``_toc.yml``. It is executed when it or anything
it depends on has changed (:mod:`~hopcore.edition.run.execute`), laid out beside the other pages
(:mod:`~hopcore.edition.pages.stage`), turned into HTML with warnings as errors
(:mod:`~hopcore.edition.pages.build`), and its checked outputs are compared with those kept in
``tests/references`` (:mod:`~hopcore.edition.compare.reference`).
All that is generated goes to ``_build``. What a person can mend is an
:class:`~hopcore.edition.errors.EditionError`, whose message says how.

These modules need the extra ``book``: ``pip install 'hopcore[book]'``.
"""
