"""Places."""

from typing import Any

from shared.i18n import lazy
from shared.web.fields import Text


class County(Text):
    """The TERYT code of a county."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) != 4 or not (text.isascii() and text.isdigit()):
            raise self.make_error("invalid")
        return text

    default_error_messages = {"invalid": lazy("Expected the TERYT code of a county, such as 2061.")}  # noqa: RUF012
