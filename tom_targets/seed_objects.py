"""The objects of the starter lists, with published positions (ICRS, equinox J2000), as one line each.

    name | further names, with commas | what it is | right ascension | declination [| proper motion in RA*, Dec, mas/yr]
"""

MESSIER = """
M 1 | NGC 1952, Crab Nebula | supernova remnant | 05 34 31.9 | +22 00 52
M 2 | NGC 7089 | globular cluster | 21 33 27.0 | -00 49 24
M 3 | NGC 5272 | globular cluster | 13 42 11.6 | +28 22 38
M 4 | NGC 6121 | globular cluster | 16 23 35.2 | -26 31 33
M 5 | NGC 5904 | globular cluster | 15 18 33.2 | +02 04 52
M 6 | NGC 6405, Butterfly Cluster | open cluster | 17 40 20.7 | -32 15 15
M 7 | NGC 6475, Ptolemy Cluster | open cluster | 17 53 51.2 | -34 47 34
M 8 | NGC 6523, Lagoon Nebula | nebula | 18 03 41.3 | -24 22 49
M 9 | NGC 6333 | globular cluster | 17 19 11.8 | -18 30 59
M 10 | NGC 6254 | globular cluster | 16 57 09.0 | -04 06 01
M 11 | NGC 6705, Wild Duck Cluster | open cluster | 18 51 05.0 | -06 16 12
M 12 | NGC 6218 | globular cluster | 16 47 14.2 | -01 56 55
M 13 | NGC 6205, Hercules Cluster | globular cluster | 16 41 41.6 | +36 27 36
M 14 | NGC 6402 | globular cluster | 17 37 36.1 | -03 14 45
M 15 | NGC 7078 | globular cluster | 21 29 58.3 | +12 10 01
M 16 | NGC 6611, Eagle Nebula | open cluster with nebula | 18 18 48 | -13 48 24
M 17 | NGC 6618, Omega Nebula | nebula | 18 20 47 | -16 10 18
M 18 | NGC 6613 | open cluster | 18 19 58 | -17 06 07
M 19 | NGC 6273 | globular cluster | 17 02 37.7 | -26 16 05
M 20 | NGC 6514, Trifid Nebula | nebula | 18 02 42 | -22 58 18
M 21 | NGC 6531 | open cluster | 18 04 13 | -22 29 24
M 22 | NGC 6656 | globular cluster | 18 36 24.2 | -23 54 12
M 23 | NGC 6494 | open cluster | 17 57 04.8 | -18 59 07
M 24 | IC 4715, Sagittarius Star Cloud | star cloud | 18 16 56 | -18 30 52
M 25 | IC 4725 | open cluster | 18 31 46.8 | -19 06 54
M 26 | NGC 6694 | open cluster | 18 45 18.6 | -09 23 01
M 27 | NGC 6853, Dumbbell Nebula | planetary nebula | 19 59 36.4 | +22 43 16
M 28 | NGC 6626 | globular cluster | 18 24 32.9 | -24 52 11
M 29 | NGC 6913 | open cluster | 20 23 57.8 | +38 30 28
M 30 | NGC 7099 | globular cluster | 21 40 22.1 | -23 10 47
M 31 | NGC 224, Andromeda Galaxy | galaxy | 00 42 44.3 | +41 16 08
M 32 | NGC 221 | galaxy | 00 42 41.8 | +40 51 55
M 33 | NGC 598, Triangulum Galaxy | galaxy | 01 33 50.9 | +30 39 36
M 34 | NGC 1039 | open cluster | 02 42 07.4 | +42 44 46
M 35 | NGC 2168 | open cluster | 06 09 05.3 | +24 20 19
M 36 | NGC 1960 | open cluster | 05 36 17.7 | +34 08 27
M 37 | NGC 2099 | open cluster | 05 52 18.4 | +32 33 11
M 38 | NGC 1912 | open cluster | 05 28 42.5 | +35 51 18
M 39 | NGC 7092 | open cluster | 21 31 48.3 | +48 26 17
M 40 | Winnecke 4 | double star | 12 22 12.5 | +58 05 00
M 41 | NGC 2287 | open cluster | 06 46 00 | -20 45 15
M 42 | NGC 1976, Orion Nebula | nebula | 05 35 16.5 | -05 23 23
M 43 | NGC 1982 | nebula | 05 35 31.4 | -05 16 03
M 44 | NGC 2632, Praesepe | open cluster | 08 40 22.2 | +19 40 19
M 45 | Pleiades | open cluster | 03 47 24 | +24 07 00
M 46 | NGC 2437 | open cluster | 07 41 46.8 | -14 48 36
M 47 | NGC 2422 | open cluster | 07 36 35.0 | -14 28 57
M 48 | NGC 2548 | open cluster | 08 13 43.2 | -05 45 02
M 49 | NGC 4472 | galaxy | 12 29 46.7 | +08 00 02
M 50 | NGC 2323 | open cluster | 07 02 42.5 | -08 21 50
M 51 | NGC 5194, Whirlpool Galaxy | galaxy | 13 29 52.7 | +47 11 43
M 52 | NGC 7654 | open cluster | 23 24 48.4 | +61 35 36
M 53 | NGC 5024 | globular cluster | 13 12 55.2 | +18 10 09
M 54 | NGC 6715 | globular cluster | 18 55 03.3 | -30 28 42
M 55 | NGC 6809 | globular cluster | 19 39 59.4 | -30 57 44
M 56 | NGC 6779 | globular cluster | 19 16 35.5 | +30 11 04
M 57 | NGC 6720, Ring Nebula | planetary nebula | 18 53 35.1 | +33 01 43
M 58 | NGC 4579 | galaxy | 12 37 43.5 | +11 49 05
M 59 | NGC 4621 | galaxy | 12 42 02.2 | +11 38 49
M 60 | NGC 4649 | galaxy | 12 43 40.0 | +11 33 10
M 61 | NGC 4303 | galaxy | 12 21 54.9 | +04 28 25
M 62 | NGC 6266 | globular cluster | 17 01 12.6 | -30 06 44
M 63 | NGC 5055, Sunflower Galaxy | galaxy | 13 15 49.3 | +42 01 45
M 64 | NGC 4826, Black Eye Galaxy | galaxy | 12 56 43.6 | +21 40 59
M 65 | NGC 3623 | galaxy | 11 18 55.9 | +13 05 32
M 66 | NGC 3627 | galaxy | 11 20 15.0 | +12 59 30
M 67 | NGC 2682 | open cluster | 08 51 20.1 | +11 48 43
M 68 | NGC 4590 | globular cluster | 12 39 28.0 | -26 44 35
M 69 | NGC 6637 | globular cluster | 18 31 23.2 | -32 20 53
M 70 | NGC 6681 | globular cluster | 18 43 12.6 | -32 17 31
M 71 | NGC 6838 | globular cluster | 19 53 46.1 | +18 46 42
M 72 | NGC 6981 | globular cluster | 20 53 27.9 | -12 32 13
M 73 | NGC 6994 | asterism | 20 58 54 | -12 38 00
M 74 | NGC 628 | galaxy | 01 36 41.8 | +15 47 01
M 75 | NGC 6864 | globular cluster | 20 06 04.8 | -21 55 20
M 76 | NGC 650, Little Dumbbell Nebula | planetary nebula | 01 42 19.7 | +51 34 32
M 77 | NGC 1068 | galaxy | 02 42 40.7 | -00 00 48
M 78 | NGC 2068 | nebula | 05 46 45.8 | +00 04 45
M 79 | NGC 1904 | globular cluster | 05 24 10.6 | -24 31 27
M 80 | NGC 6093 | globular cluster | 16 17 02.5 | -22 58 30
M 81 | NGC 3031, Bode's Galaxy | galaxy | 09 55 33.2 | +69 03 55
M 82 | NGC 3034, Cigar Galaxy | galaxy | 09 55 52.7 | +69 40 46
M 83 | NGC 5236, Southern Pinwheel Galaxy | galaxy | 13 37 00.9 | -29 51 56
M 84 | NGC 4374 | galaxy | 12 25 03.7 | +12 53 13
M 85 | NGC 4382 | galaxy | 12 25 24.1 | +18 11 29
M 86 | NGC 4406 | galaxy | 12 26 11.7 | +12 56 46
M 87 | NGC 4486, Virgo A | galaxy | 12 30 49.4 | +12 23 28
M 88 | NGC 4501 | galaxy | 12 31 59.2 | +14 25 13
M 89 | NGC 4552 | galaxy | 12 35 39.8 | +12 33 23
M 90 | NGC 4569 | galaxy | 12 36 49.8 | +13 09 47
M 91 | NGC 4548 | galaxy | 12 35 26.4 | +14 29 47
M 92 | NGC 6341 | globular cluster | 17 17 07.4 | +43 08 09
M 93 | NGC 2447 | open cluster | 07 44 29.2 | -23 51 11
M 94 | NGC 4736 | galaxy | 12 50 53.1 | +41 07 14
M 95 | NGC 3351 | galaxy | 10 43 57.7 | +11 42 14
M 96 | NGC 3368 | galaxy | 10 46 45.7 | +11 49 12
M 97 | NGC 3587, Owl Nebula | planetary nebula | 11 14 47.7 | +55 01 09
M 98 | NGC 4192 | galaxy | 12 13 48.3 | +14 54 01
M 99 | NGC 4254 | galaxy | 12 18 49.6 | +14 24 59
M 100 | NGC 4321 | galaxy | 12 22 54.8 | +15 49 19
M 101 | NGC 5457, Pinwheel Galaxy | galaxy | 14 03 12.5 | +54 20 56
M 102 | NGC 5866, Spindle Galaxy | galaxy | 15 06 29.5 | +55 45 48
M 103 | NGC 581 | open cluster | 01 33 21.8 | +60 39 29
M 104 | NGC 4594, Sombrero Galaxy | galaxy | 12 39 59.4 | -11 37 23
M 105 | NGC 3379 | galaxy | 10 47 49.6 | +12 34 54
M 106 | NGC 4258 | galaxy | 12 18 57.5 | +47 18 14
M 107 | NGC 6171 | globular cluster | 16 32 31.9 | -13 03 13
M 108 | NGC 3556 | galaxy | 11 11 31.0 | +55 40 27
M 109 | NGC 3992 | galaxy | 11 57 36.0 | +53 22 28
M 110 | NGC 205 | galaxy | 00 40 22.1 | +41 41 07
"""

STANDARDS = """
Vega | HD 172167 | A0V star | 18 36 56.34 | +38 47 01.3 | 200.9 286.2
G191-B2B | EGGR 247 | white dwarf | 05 05 30.62 | +52 49 51.9 | 12.6 -93.5
GD 71 | EGGR 210 | white dwarf | 05 52 27.62 | +15 53 13.2 | 76.8 -172.9
GD 153 | WD 1254+223 | white dwarf | 12 57 02.32 | +22 01 52.6 | -38.4 -202.9
Feige 34 | | subdwarf | 10 39 36.74 | +43 06 09.2 | 12.5 -25.4
Feige 110 | | subdwarf | 23 19 58.40 | -05 09 56.2 | -10.7 0.3
HZ 44 | | subdwarf | 13 23 35.26 | +36 07 59.5 | -66.1 -4.4
BD+28 4211 | | subdwarf | 21 51 11.02 | +28 51 50.4 | -34.8 -56.9
BD+17 4708 | | F-type subdwarf | 22 11 31.37 | +18 05 34.2 | 506.4 60.5
"""
