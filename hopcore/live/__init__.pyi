from .kernel import STATIC as STATIC
from .make import draw as draw
from .make import heat as heat
from .make import network as network
from .make import nullclines as nullclines
from .make import three as three
from .page import Page as Page
from .page import script as script

__all__: list[str]
