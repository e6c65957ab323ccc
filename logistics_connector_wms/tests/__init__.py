from . import test_detector_release, test_playbook_release, test_release, test_release_page
