"""The objects of the demo TOM: real ones, with published coordinates, proper motions and orbital elements.

Positions are ICRS at epoch 2000.0, proper motions mas/year (RA with cos dec), parallaxes mas, from Hipparcos, Gaia, the
radio reference frame and the discovery reports. Elements are those of JPL's Small-Body Database (Didymos: Minor Planet
Center), heliocentric ecliptic J2000, each with its own epoch, MJD (TT). Comets' M1 and k1 are those of
the Minor Planet Center.
"""

from dataclasses import dataclass, field
from typing import Any

OPEN, PUBLIC, PRIVATE = "OPEN", "PUBLIC", "PRIVATE"
SUPERNOVA_TEAM, SOLAR_SYSTEM_TEAM = "Supernova team", "Solar system team"


@dataclass(frozen=True)
class DemoObject:
    """One object. `position` holds right ascension and declination as published; `fields` further target fields."""

    name: str
    kind: str
    permissions: str = OPEN
    position: tuple[str, str] | None = None
    aliases: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


def _transient(name: str, ra: str, dec: str, classification: str, host: str, discovered: str, distance_mpc: float,
               permissions: str = OPEN, aliases: tuple[str, ...] = ()) -> DemoObject:  # fmt: skip
    tags = {"Classification": classification, "Host": host, "Discovered": discovered}
    fields = {"distance": distance_mpc * 1e6}
    return DemoObject(name, "transient", permissions, (ra, dec), aliases, tags, fields)


def _star(name: str, ra: str, dec: str, classification: str, motion: tuple[float, float, float] | None = None,
          aliases: tuple[str, ...] = (), period: tuple[float, float] | None = None, kind: str = "variable",
          permissions: str = OPEN) -> DemoObject:  # fmt: skip
    """`motion`: proper motion in RA and Dec, parallax. `period`: days, and the epoch (JD) of maximum or minimum."""
    fields: dict[str, Any] = {}
    if motion:
        fields.update(pm_ra=motion[0], pm_dec=motion[1], parallax=motion[2], distance=round(1000 / motion[2], 4))
    if period:
        fields.update(ephemeris_period=period[0], ephemeris_epoch=period[1])
    return DemoObject(name, kind, permissions, (ra, dec), aliases, {"Classification": classification}, fields)


def _galaxy(name: str, ra: str, dec: str, classification: str, redshift: str, aliases: tuple[str, ...],
            permissions: str = OPEN) -> DemoObject:  # fmt: skip
    tags = {"Classification": classification, "Redshift": redshift}
    return DemoObject(name, "galaxy", permissions, (ra, dec), aliases, tags)


def _asteroid(name: str, epoch: float, a: float, e: float, i: float, node: float, peri: float, anomaly: float,
              h: float, g: float | None, orbit_class: str, permissions: str = OPEN,
              aliases: tuple[str, ...] = ()) -> DemoObject:  # fmt: skip
    fields = {
        "scheme": "MPC_MINOR_PLANET", "epoch_of_elements": epoch, "semimajor_axis": a, "eccentricity": e,
        "inclination": i, "lng_asc_node": node, "arg_of_perihelion": peri, "mean_anomaly": anomaly, "abs_mag": h,
        "slope": g,
    }  # fmt: skip
    return DemoObject(name, "asteroid", permissions, None, aliases, {"Orbit class": orbit_class}, fields)


def _comet(name: str, epoch: float, q: float, e: float, i: float, node: float, peri: float, perihelion: float,
           m1: float | None, k1: float | None, orbit_class: str, permissions: str = OPEN,
           aliases: tuple[str, ...] = ()) -> DemoObject:  # fmt: skip
    fields = {
        "scheme": "MPC_COMET", "epoch_of_elements": epoch, "perihdist": q, "eccentricity": e, "inclination": i,
        "lng_asc_node": node, "arg_of_perihelion": peri, "epoch_of_perihelion": perihelion, "abs_mag": m1, "slope": k1,
    }  # fmt: skip
    return DemoObject(name, "comet", permissions, None, aliases, {"Orbit class": orbit_class}, fields)


TRANSIENTS = [
    _transient("SN 1987A", "05:35:28.020", "-69:16:11.07", "SN II-pec", "LMC", "1987-02-24", 0.0514),
    _transient("SN 1993J", "09:55:24.775", "+69:01:13.70", "SN IIb", "M 81", "1993-03-28", 3.63),
    _transient("SN 1994D", "12:34:02.395", "+07:42:05.70", "SN Ia", "NGC 4526", "1994-03-07", 15.4),
    _transient("SN 1998bw", "19:35:03.31", "-52:50:44.7", "SN Ic-BL", "ESO 184-G82", "1998-04-28", 37.0,
               aliases=("GRB 980425",)),
    _transient("SN 2005cf", "15:21:32.21", "-07:24:47.5", "SN Ia", "MCG -01-39-003", "2005-05-28", 32.0),
    _transient("SN 2011dh", "13:30:05.105", "+47:10:10.92", "SN IIb", "M 51", "2011-06-01", 8.4,
               aliases=("PTF11eon",)),
    _transient("SN 2011fe", "14:03:05.733", "+54:16:25.18", "SN Ia", "M 101", "2011-08-24", 6.4,
               aliases=("PTF11kly",)),
    _transient("SN 2012aw", "10:43:53.73", "+11:40:17.65", "SN II-P", "M 95", "2012-03-16", 9.9, PUBLIC),
    _transient("SN 2012fr", "03:33:35.99", "-36:07:37.7", "SN Ia", "NGC 1365", "2012-10-27", 18.1),
    _transient("LSQ12gdj", "23:54:43.32", "-25:40:34.0", "SN Ia", "ESO 472-G007", "2012-11-07", 126.0, PUBLIC),
    _transient("SN 2013dy", "22:18:17.603", "+40:34:09.54", "SN Ia", "NGC 7250", "2013-07-10", 13.7),
    _transient("SN 2014J", "09:55:42.137", "+69:40:25.40", "SN Ia", "M 82", "2014-01-21", 3.5),
    _transient("ASASSN-14li", "12:48:15.23", "+17:46:26.4", "TDE", "PGC 043234", "2014-11-22", 90.0, PUBLIC),
    _transient("ASASSN-14lp", "12:45:09.10", "-00:27:32.4", "SN Ia", "NGC 4666", "2014-12-09", 14.7),
    _transient("SN 2017cbv", "14:32:34.42", "-44:08:02.74", "SN Ia", "NGC 5643", "2017-03-10", 12.3,
               aliases=("DLT17u",)),
    _transient("SN 2017eaw", "20:34:44.238", "+60:11:36.00", "SN II-P", "NGC 6946", "2017-05-14", 7.7),
    _transient("AT 2017gfo", "13:09:48.085", "-23:22:53.34", "Kilonova", "NGC 4993", "2017-08-17", 40.7,
               aliases=("SSS17a", "DLT17ck")),
    _transient("AT 2018cow", "16:16:00.220", "+22:16:04.83", "FBOT", "CGCG 137-068", "2018-06-16", 60.0,
               aliases=("ATLAS18qqn", "ZTF18abcfcoo")),
    _transient("SN 2019ein", "13:53:29.134", "+40:16:31.40", "SN Ia", "NGC 5353", "2019-05-01", 33.0, PRIVATE),
    _transient("SN 2021aefx", "04:19:53.400", "-54:56:53.09", "SN Ia", "NGC 1566", "2021-11-11", 18.0, PRIVATE,
               aliases=("DLT21ab",)),
    _transient("SN 2023ixf", "14:03:38.562", "+54:18:41.94", "SN II", "M 101", "2023-05-19", 6.85, PRIVATE),
    _transient("SN 2024ggi", "11:18:22.087", "-32:50:15.27", "SN II", "NGC 3621", "2024-04-11", 7.2, PRIVATE,
               aliases=("ATLAS24fsk",)),
]  # fmt: skip

VARIABLES = [
    _star("Mira", "02:19:20.7921", "-02:58:39.496", "Mira variable", (9.33, -237.36, 10.91),
          ("omi Cet", "HD 14386", "HIP 10826"), (331.96, 2444839.0)),
    _star("R Cas", "23:58:24.873", "+51:23:19.70", "Mira variable", None, ("HD 224490", "HIP 118188"),
          (430.46, 2444463.0)),
    _star("del Cep", "22:29:10.2650", "+58:24:54.714", "Classical Cepheid", (15.35, 3.52, 3.77),
          ("HD 213306", "HIP 110991"), (5.366270, 2436075.445)),
    _star("Polaris", "02:31:49.0946", "+89:15:50.792", "Classical Cepheid", (44.48, -11.85, 7.54),
          ("alf UMi", "HD 8890", "HIP 11767"), (3.9696, 2431495.813)),
    _star("RR Lyr", "19:25:27.9129", "+42:47:03.694", "RR Lyrae variable", (-109.68, -195.49, 3.985),
          ("HD 182989", "HIP 95497"), (0.56686776, 2442995.405)),
    _star("Algol", "03:08:10.1325", "+40:57:20.328", "Eclipsing binary", (2.99, -1.66, 36.27),
          ("bet Per", "HD 19356", "HIP 14576"), (2.8673043, 2445641.5135)),
    _star("W UMa", "09:43:45.470", "+55:57:09.07", "Contact binary", None, ("HD 83950", "HIP 47727"),
          (0.33363749, 2445765.7385)),
    _star("SS Cyg", "21:42:42.803", "+43:35:09.86", "Dwarf nova", (112.365, 33.594, 8.8994), ("HD 206697",)),
    _star("T CrB", "15:59:30.162", "+25:55:12.61", "Recurrent nova", (-4.461, 12.016, 1.092),
          ("HD 143454", "HIP 78322"), (227.5687, 2447918.62), permissions=PUBLIC),
    _star("RS Oph", "17:50:13.16", "-06:42:28.5", "Recurrent nova", (1.237, -5.867, 0.3725), ("HD 162214",),
          permissions=PUBLIC),
    _star("R CrB", "15:48:34.415", "+28:09:24.26", "R CrB variable", None, ("HD 141527", "HIP 77442")),
    _star("Betelgeuse", "05:55:10.3054", "+07:24:25.430", "Semi-regular variable", (27.54, 11.30, 6.55),
          ("alf Ori", "HD 39801", "HIP 27989")),
]  # fmt: skip

HOSTS = [
    _star("51 Peg", "22:57:27.9804", "+20:46:07.791", "Exoplanet host", (207.25, 60.34, 64.65),
          ("HD 217014", "HIP 113357"), kind="host"),
    _star("HD 209458", "22:03:10.7727", "+18:53:03.549", "Exoplanet host, transits", (29.766, -17.976, 20.77),
          ("HIP 108859", "V376 Peg"), (3.52474859, 2452826.628521), "host"),
    _star("HD 189733", "20:00:43.7129", "+22:42:39.073", "Exoplanet host, transits", (-3.208, -250.323, 50.567),
          ("HIP 98505", "V452 Vul"), (2.21857567, 2454279.436714), "host"),
    _star("WASP-12", "06:30:32.797", "+29:40:20.27", "Exoplanet host, transits", None, (), (1.09141965, 2456305.455521),
          "host", PUBLIC),
    _star("TRAPPIST-1", "23:06:29.368", "-05:02:29.03", "Exoplanet host, transits", (930.788, -479.038, 80.2123),
          ("2MASS J23062928-0502285",), (1.51088, 2457322.51531), "host"),
    _star("Proxima Cen", "14:29:42.946", "-62:40:46.16", "Exoplanet host, flare star", (-3781.741, 769.465, 768.0665),
          ("V645 Cen", "HIP 70890", "GJ 551"), kind="host"),
    _star("Barnard's star", "17:57:48.498", "+04:41:36.21", "Exoplanet host", (-801.551, 10362.394, 546.976),
          ("V2500 Oph", "HIP 87937", "GJ 699"), kind="host"),
]  # fmt: skip

GALAXIES = [
    _galaxy("3C 273", "12:29:06.6997", "+02:03:08.598", "Quasar", "0.15834", ("PKS 1226+02",)),
    _galaxy("3C 279", "12:56:11.1666", "-05:47:21.525", "Blazar", "0.5362", ("PKS 1253-05",)),
    _galaxy("Mrk 421", "11:04:27.3139", "+38:12:31.799", "BL Lac object", "0.0300", ("UGC 6132",)),
    _galaxy("BL Lac", "22:02:43.2914", "+42:16:39.980", "BL Lac object", "0.0686", ("TXS 2200+420",)),
    _galaxy("OJ 287", "08:54:48.8749", "+20:06:30.641", "BL Lac object", "0.306", ("TXS 0851+202",), PUBLIC),
    _galaxy("NGC 4151", "12:10:32.576", "+39:24:21.06", "Seyfert galaxy", "0.00332", ("UGC 7166",)),
    _galaxy("NGC 5548", "14:17:59.540", "+25:08:12.60", "Seyfert galaxy", "0.01717", ("Mrk 1509",), PRIVATE),
    _galaxy("M 87", "12:30:49.4234", "+12:23:28.044", "Radio galaxy", "0.00428", ("NGC 4486", "Vir A", "3C 274")),
]

ASTEROIDS = [
    _asteroid("Ceres", 59800.0, 2.766619044655007, 0.07863575691875528, 10.58679512153367, 80.2664361119415,
              73.53162522557164, 334.3271698971151, 3.33, 0.12, "Main belt", aliases=("(1) Ceres", "A801 AA")),
    _asteroid("Pallas", 59800.0, 2.769463340774141, 0.229986445975499, 34.92714126736759, 172.9179047880803,
              310.8426241527283, 315.0911121671828, 4.12, 0.11, "Main belt", aliases=("(2) Pallas", "A802 FA")),
    _asteroid("Vesta", 59800.0, 2.361987199696643, 0.08840189374260063, 7.140782834645754, 103.800809741353,
              151.2577798334132, 61.19229900418838, 3.20, 0.32, "Main belt", aliases=("(4) Vesta", "A807 FA")),
    _asteroid("Psyche", 59800.0, 2.924399242206746, 0.1340311546632583, 3.09692708634344, 150.03276205,
              229.2623687108407, 164.4824024530296, 6.14, 0.20, "Main belt", PUBLIC, ("(16) Psyche", "A852 FA")),
    _asteroid("Eros", 59800.0, 1.4581505451557, 0.2227328427416296, 10.82795835269297, 304.2910556026917,
              178.9325148860407, 358.8212586092838, 10.31, 0.46, "Amor", aliases=("(433) Eros", "A898 PA")),
    _asteroid("Phaethon", 55873.0, 1.271196435728355, 0.8901034960589854, 22.22233889122249, 265.2991994079155,
              322.1031290719322, 238.7494744035079, 14.6, None, "Apollo", PUBLIC, ("(3200) Phaethon", "1983 TB")),
    _asteroid("Didymos", 60600.0, 1.642599762613599, 0.383251174842473, 3.4141762559768, 72.985976980567,
              319.6026583105449, 339.9299636292293, 18.105, 0.15, "Apollo", PRIVATE, ("(65803) Didymos", "1996 GT")),
    _asteroid("Apophis", 54733.0, 0.9224383019077086, 0.1911953048308701, 3.331369520013644, 204.4460289189818,
              126.401879524849, 180.429373045644, 19.7, 0.25, "Aten", PRIVATE, ("(99942) Apophis", "2004 MN4")),
    _asteroid("Bennu", 55562.0, 1.126391025894812, 0.2037450762416414, 6.03494377024794, 2.06086619569642,
              66.22306084084298, 101.7039478618686, 20.9, 0.15, "Apollo", PRIVATE, ("(101955) Bennu", "1999 RQ36")),
    _asteroid("Chiron", 59800.0, 13.71132261517404, 0.3762722029776858, 6.920809570003827, 209.2992578800276,
              339.5321887533527, 188.8420480920784, 5.71, None, "Centaur", PUBLIC, ("(2060) Chiron", "1977 UB")),
]  # fmt: skip

COMETS = [
    _comet("1P/Halley", 49400.0, 0.585978111516909, 0.967142908462304, 162.262690579161, 58.42008097656843,
           111.3324851045177, 46466.895317050925, 4.0, 15.0, "Halley type"),
    _comet("2P/Encke", 57296.0, 0.335949506931661, 0.8483394575302023, 11.78141839678284, 334.5677847501931,
           186.5472789415125, 57822.036683651896, 11.5, 15.0, "Encke type"),
    _comet("29P/Schwassmann-Wachmann 1", 55978.0, 5.733565522444693, 0.0440402444386634, 9.379457956677282,
           312.5751411512498, 50.4474890165877, 58580.740730560452, 4.0, 10.0, "Jupiter family"),
    _comet("46P/Wirtanen", 58465.0, 1.055355767895463, 0.6587597216166052, 11.74759274314818, 82.15763882934478,
           356.3410943543136, 58464.931202202407, 14.0, 15.0, "Jupiter family", PUBLIC),
    _comet("67P/Churyumov-Gerasimenko", 59505.0, 1.210613814968979, 0.649713733698611, 3.871753825377044,
           36.33518841638918, 22.13089737728478, 59520.061658699180, 11.0, 10.0, "Jupiter family"),
    _comet("C/1995 O1", 54724.0, 0.9174143409263262, 0.9949607008417696, 89.21708989130315, 282.9487539423989,
           130.662020526416, 50537.937848275592, -2.0, 10.0, "Long period", aliases=("Hale-Bopp",)),
    _comet("C/2014 UN271", 57847.0, 10.9537025873104, 0.9995716882039578, 95.56730640964564, 190.1005139649905,
           326.2653235739402, 62889.927411799727, 2.5, 8.0, "Long period", PRIVATE,
           ("Bernardinelli-Bernstein",)),
    _comet("C/2017 K2", 58981.0, 1.799769747469136, 1.00040452823054, 87.54253989036305, 88.2668873109526,
           236.1574106381616, 59933.012537639584, 1.5, 10.0, "Hyperbolic", PUBLIC, ("C/2017 K2 (PANSTARRS)",)),
    _comet("C/2020 F3", 59037.0, 0.294651243326241, 0.9991780264791565, 128.9375018624312, 61.01042698860387,
           37.27866088872548, 59033.678897087248, 7.5, 13.0, "Long period", aliases=("C/2020 F3 (NEOWISE)",)),
]  # fmt: skip

OBJECTS = [*TRANSIENTS, *VARIABLES, *HOSTS, *GALAXIES, *ASTEROIDS, *COMETS]

#: grouping -> the names in it
GROUPINGS = {
    "Supernovae and transients": [item.name for item in TRANSIENTS],
    "Thermonuclear supernovae": [item.name for item in TRANSIENTS if item.tags["Classification"] == "SN Ia"],
    "Variable stars": [item.name for item in VARIABLES],
    "Active galaxies": [item.name for item in GALAXIES],
    "Exoplanet hosts": [item.name for item in HOSTS],
    "Small bodies of the solar system": [item.name for item in (*ASTEROIDS, *COMETS)],
}

#: kind -> the group that works on it and gets access to its private targets
TEAMS = {"asteroid": SOLAR_SYSTEM_TEAM, "comet": SOLAR_SYSTEM_TEAM}
