# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What keeps the engine from asking a carrier at all."""


class EngineError(Exception):
    """In words for the person who books or sets up; holds no secret."""


class NotInstalled(EngineError):
    """karrio's package for this carrier is not there.

    :param str module: such as "karrio.plugins.ups"
    """

    def __init__(self, module):
        package = "_".join(["karrio", *module.split(".")[2:3]])
        super().__init__(
            f"The Python package {package} is not installed on this server. An administrator of "
            f"the server installs it with: pip install {package}"
        )
        self.package = package


class NotOffered(EngineError):
    """The carrier's interface has no such act."""
