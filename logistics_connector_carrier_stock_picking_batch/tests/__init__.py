from . import test_batch_labels
