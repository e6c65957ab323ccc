from . import test_release, test_release_page
