"""What sizes and kinds of ownership are called on a page."""

from __future__ import annotations

from registry.core.language import _, p_
from registry.enterprises.models import Ownership, Size

SIZES = {
    Size.LARGE: p_("size", "Large"),
    Size.MEDIUM: p_("size", "Medium"),
    Size.SMALL: p_("size", "Small"),
    Size.MICRO: p_("size", "Micro"),
}
OWNERSHIPS = {
    Ownership.STATE: _("State-owned"),
    Ownership.PRIVATE: _("Privately owned"),
    Ownership.FOREIGN: _("Foreign-owned"),
    Ownership.HONGKONG_MACAO_TAIWAN: _("Owned from Hong Kong, Macao or Taiwan"),
    Ownership.JOINT: _("Joint venture"),
}
