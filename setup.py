"""What `pyproject.toml` cannot say: the folder `prompts/` travels inside the package."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["assistant*"]), "assistant.prompts"],
    package_dir={"assistant.prompts": "prompts"},
)
