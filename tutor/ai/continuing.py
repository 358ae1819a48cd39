"""How a service is asked to go on with a reply that broke off. Used by `openai.py`; the built-in tutor needs none."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from tutor.ai.model import Prompt, Turn
from tutor.core.caller import Language

VERSION = "continue.v1"
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Continuing:
    """The turns of a prompt. The templates are read once."""

    def __init__(self) -> None:
        templates = Environment(
            loader=PackageLoader("tutor.ai", "prompts"),
            autoescape=False,  # noqa: S701  # the output is text for a model, not HTML
            undefined=StrictUndefined,
        )
        self._asking = {
            language: templates.get_template(f"{VERSION}.{language}.j2").render() for language in _LANGUAGES
        }

    def turns(self, prompt: Prompt) -> tuple[Turn, ...]:
        """The dialogue; then, if there is text so far, that text as the assistant's and the wish for its rest."""
        if not prompt.so_far:
            return prompt.turns
        return (*prompt.turns, Turn("assistant", prompt.so_far), Turn("user", self._asking[prompt.language]))
