from . import live as live
from . import plotting as plotting
from .classifier import PrototypeClassifier as PrototypeClassifier
from .data import TrainingSet as TrainingSet
from .data import paper_pair as paper_pair
from .data import paper_training_set as paper_training_set
from .data import training_set as training_set
from .decomposition import category_coefficients as category_coefficients
from .decomposition import coefficients as coefficients
from .decomposition import images_needed as images_needed
from .decomposition import reconstruct as reconstruct
from .embedding import Embedding as Embedding
from .embedding import fit_embedding as fit_embedding
from .mnist import Digits as Digits
from .mnist import load_mnist as load_mnist
from .model import category as category
from .model import cost as cost
from .model import gradients as gradients
from .model import scores as scores
from .model import suggested_temperature as suggested_temperature
from .reduced import ReducedSystem as ReducedSystem
from .reduced import bifurcation_diagram as bifurcation_diagram
from .reduced import folds as folds
from .reduced import mixture_temperature as mixture_temperature
from .scaling import scaled as scaled
from .scaling import unscaled as unscaled
from .sweeps import sweep as sweep
from .sweeps import worker_pool as worker_pool
from .training import NoisePulses as NoisePulses
from .training import RandomStart as RandomStart
from .training import mean_start as mean_start
from .training import open_run as open_run
from .training import save_run as save_run
from .training import train as train

__all__: list[str]
__version__: str
