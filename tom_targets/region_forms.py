"""The forms of searches by place: a list of positions, or a region of the sky."""

import zlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tom_targets import regions
from tom_targets.crossmatching import MAX_RADIUS_ARCSEC, read_positions
from tom_targets.match_models import SkySearch
from tom_targets.models import TargetList

MB = 1024 * 1024
MAX_LIST_MB = 20
MAX_REGION_MB = 50
MAX_UNPACKED_MB = 300
#: so many lines of a long list are read before it is accepted
TRIED_LINES = 200


def _text_of(upload: Any) -> str:
    """The text of an uploaded file: UTF-8, or else Latin-1. Raises ValidationError for what is none."""
    if upload.size > MAX_LIST_MB * MB:
        raise ValidationError(f"{upload.name} is larger than {MAX_LIST_MB} MB.")
    content = upload.read()
    if b"\0" in content[:10_000]:
        raise ValidationError(f"{upload.name} is no text file. Save the list as text or CSV, one position a line.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


class AmongForm(forms.Form):
    """What both forms ask: in which grouping, of those that the user may see."""

    among = forms.ModelChoiceField(
        TargetList.objects.none(), label="Among", required=False, empty_label="All targets that I may see",
    )

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("among", "group"):
            if name in self.fields:
                self.fields[name].queryset = TargetList.objects.visible_to(user).order_by("name")


class CrossmatchForm(AmongForm):
    """Positions as text, as a file, or those of a grouping; and how far from them."""

    positions = forms.CharField(
        label="Positions", required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "12:30:49.42 +12:23:28.0",
                                     "class": "mono", "spellcheck": "false"}),
        help_text="One a line, in any notation (RA in hours when sexagesimal); a name may stand before it: "
                  "<code>SN 1, 12:30:49.4, +12:23:28</code>.",
    )
    file = forms.FileField(label="… or a file of them", required=False, help_text="Text or CSV, up to 20 MB.")
    group = forms.ModelChoiceField(
        TargetList.objects.none(), label="… or those of a group", required=False, empty_label="",
    )
    radius = forms.FloatField(
        label="Within (arcsec)", min_value=0.0, max_value=MAX_RADIUS_ARCSEC, initial=2.0,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    field_order = ("positions", "file", "group", "radius", "among")

    def clean_file(self) -> str:
        """The text of the file."""
        upload = self.cleaned_data.get("file")
        return _text_of(upload) if upload else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        given = [name for name in ("positions", "file", "group") if cleaned.get(name)]
        if len(given) != 1:
            self.add_error("positions", "Give positions in one way: as text, as a file, or as a group." if given
                           else "Give some positions: as text, as a file, or as a group.")
        elif given[0] != "group":
            self._check_lines(given[0], cleaned[given[0]])
        return cleaned

    def _check_lines(self, name: str, text: str) -> None:
        """Refuse a list of whose first lines none is a position, naming the first reasons."""
        if not text.strip():
            self.add_error(name, "There is nothing in it.")
            return
        lines = text.splitlines()
        found = read_positions("\n".join(lines[:TRIED_LINES]))
        if not found.given:
            reasons = [f"Line {bad.line}: {bad.reason}" for bad in found.refused[:3]]
            among = f" of the first {TRIED_LINES} lines" if len(lines) > TRIED_LINES else ""
            self.add_error(name, [f"None{among} is a position.", *reasons])

    @property
    def text(self) -> str:
        return self.cleaned_data.get("positions") or self.cleaned_data.get("file") or ""


class RegionForm(AmongForm):
    """A polygon, a MOC or the credible region of a sky map; cleaned, it holds `region` and `title`."""

    KINDS = [
        (SkySearch.Kind.POLYGON, "Polygon"), (SkySearch.Kind.MOC, "MOC"), (SkySearch.Kind.SKY_MAP, "Sky map (HEALPix)"),
    ]
    kind = forms.ChoiceField(label="Region", choices=KINDS, initial=SkySearch.Kind.POLYGON)
    text = forms.CharField(
        label="Vertices, or the MOC as text", required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false",
                                     "placeholder": "10.0 -5.0; 12.0 -5.0; 11.0 -3.0"}),
        help_text="Polygon: a position a line, in any notation, joined by great circles. MOC: "
                  "<code>5/3-7 6/100</code> or JSON.",
    )
    file = forms.FileField(
        label="File", required=False,
        help_text="MOC: FITS, JSON or text. Sky map: FITS, multi-order or flat, may be gzipped. Up to 50 MB.",
    )
    percent = forms.FloatField(
        label="Credible region (%)", required=False, initial=90.0, help_text="Of a sky map.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    field_order = ("kind", "text", "file", "percent", "among")

    def clean_percent(self) -> float:
        percent = self.cleaned_data.get("percent")
        if percent is None:
            return 90.0
        if not 0 < percent <= 100:
            raise ValidationError("A credible region holds more than 0 and at most 100 percent.")
        return percent

    def clean_file(self) -> bytes:
        """The content of the file, unpacked."""
        upload = self.cleaned_data.get("file")
        if not upload:
            return b""
        if upload.size > MAX_REGION_MB * MB:
            raise ValidationError(f"{upload.name} is larger than {MAX_REGION_MB} MB.")
        content = upload.read()
        return _unpacked(content) if content.startswith(b"\x1f\x8b") else content

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        upload = self.files.get("file")
        name = upload.name if upload else ""
        field, make, title = {
            SkySearch.Kind.POLYGON: ("text", lambda: regions.polygon(cleaned["text"]), _polygon_title(cleaned["text"])),
            SkySearch.Kind.MOC: (
                "file" if cleaned["file"] else "text", lambda: regions.moc(cleaned["file"] or cleaned["text"]),
                f"MOC {name}".strip(),
            ),
            SkySearch.Kind.SKY_MAP: (
                "file", lambda: regions.sky_map(cleaned["file"], cleaned["percent"]),
                f"{cleaned['percent']:g} % of {name}",
            ),
        }[cleaned["kind"]]
        if not cleaned[field]:
            self.add_error(field, {
                SkySearch.Kind.POLYGON: "Give the vertices of the polygon, one position a line.",
                SkySearch.Kind.MOC: "Give a MOC, as text or as a file.",
                SkySearch.Kind.SKY_MAP: "Choose the FITS file of the sky map.",
            }[cleaned["kind"]])
            return cleaned
        try:
            cleaned["region"], cleaned["title"] = make(), title
        except regions.RegionError as error:
            self.add_error(field, str(error))
        return cleaned


def _polygon_title(text: str) -> str:
    """Told apart from others by its first vertex."""
    return f"Polygon from {' '.join(text.replace(';', chr(10)).split(chr(10))[0].split())[:60]}"


def _unpacked(content: bytes) -> bytes:
    """Gzipped content, unpacked no further than is sane."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(content, MAX_UNPACKED_MB * MB)
    except zlib.error as error:
        raise ValidationError(f"This gzipped file is damaged: {error}.") from error
    if unpacker.unconsumed_tail:
        raise ValidationError(f"Unpacked, this file is larger than {MAX_UNPACKED_MB} MB.")
    return plain


class ListNameForm(forms.Form):
    """The name of a new list."""

    name = forms.CharField(max_length=TargetList._meta.get_field("name").max_length)
