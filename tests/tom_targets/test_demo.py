"""The demo's targets are real objects, where they really are."""

import json

from astropy.time import Time
from django.contrib.auth.models import Group, User
from django.test import SimpleTestCase, TestCase

from tests.recorded import RECORDED, needs_recorded
from tom_common.astro.orbits import OrbitalElements, ephemeris
from tom_common.astro.sky import constellation, separation
from tom_targets.demo import make_targets, unsaved
from tom_targets.demo_objects import ASTEROIDS, COMETS, GROUPINGS, OBJECTS, SOLAR_SYSTEM_TEAM, SUPERNOVA_TEAM
from tom_targets.models import Target, TargetList, TargetName

BY_NAME = {item.name: item for item in OBJECTS}


def seen(name, date):
    return ephemeris(OrbitalElements.from_target(unsaved(BY_NAME[name])), Time(date).mjd)


class MakeTargetsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.said = make_targets()

    def test_about_sixty_targets_in_a_few_groupings(self):
        self.assertEqual(Target.objects.count(), len(OBJECTS))
        self.assertTrue(55 <= len(OBJECTS) <= 75)
        self.assertEqual(TargetList.objects.count(), len(GROUPINGS))
        self.assertEqual(self.said, f"Targets: {len(OBJECTS)} added, in {len(GROUPINGS)} new groupings.")
        for name, members in GROUPINGS.items():
            self.assertEqual(TargetList.objects.get(name=name).targets.count(), len(members))

    def test_again_changes_nothing_and_keeps_what_a_user_changed(self):
        Target.objects.filter(name="Mira").update(permissions="PRIVATE")
        TargetList.objects.get(name="Variable stars").targets.clear()
        counts = Target.objects.count(), TargetName.objects.count(), TargetList.objects.count()
        self.assertEqual(make_targets(), f"Targets: all {len(OBJECTS)} are there.")
        self.assertEqual((Target.objects.count(), TargetName.objects.count(), TargetList.objects.count()), counts)
        self.assertEqual(Target.objects.get(name="Mira").permissions, "PRIVATE")
        self.assertEqual(TargetList.objects.get(name="Variable stars").total_targets, 0)

    def test_every_target_is_valid_as_stored(self):
        for target in Target.objects.all():
            with self.subTest(target.name):
                target.full_clean()
                self.assertTrue(target.tags)

    def test_all_levels_are_there_and_each_team_sees_its_private_targets(self):
        self.assertEqual(set(Target.objects.values_list("permissions", flat=True)), {"OPEN", "PUBLIC", "PRIVATE"})
        for team, name, hidden in (
            (SUPERNOVA_TEAM, "SN 2023ixf", "Apophis"), (SOLAR_SYSTEM_TEAM, "Apophis", "SN 2023ixf"),
        ):
            user = User.objects.create_user(f"of {team}")
            user.groups.add(Group.objects.get(name=team))
            names = set(Target.objects.visible_to(user).values_list("name", flat=True))
            self.assertIn(name, names)
            self.assertNotIn(hidden, names)
            self.assertEqual(TargetList.objects.visible_to(user).count(), len(GROUPINGS))

    def test_an_object_that_is_there_under_an_alias_is_left_alone(self):
        Target.objects.all().delete()
        mine = Target(name="My star", type="SIDEREAL", ra=1.0, dec=2.0)
        mine.save(names=["Algol"])
        make_targets()
        self.assertEqual(Target.objects.count(), len(OBJECTS))
        self.assertFalse(Target.objects.filter(name="Algol").exists())


class ObjectsTests(SimpleTestCase):
    def test_names_and_aliases_are_unique(self):
        names = [name for item in OBJECTS for name in (item.name, *item.aliases)]
        self.assertEqual(len(names), len(set(names)))

    def test_the_target_of_the_walk_through_is_not_there_yet(self):
        self.assertFalse({"M31", "M 31"} & {name for item in OBJECTS for name in (item.name, *item.aliases)})

    def test_positions_lie_in_the_constellation_that_the_name_says(self):
        for name, wanted in (
            ("Mira", "Cetus"), ("R Cas", "Cassiopeia"), ("del Cep", "Cepheus"), ("RR Lyr", "Lyra"),
            ("Algol", "Perseus"),
            ("W UMa", "Ursa Major"), ("SS Cyg", "Cygnus"), ("T CrB", "Corona Borealis"), ("Betelgeuse", "Orion"),
            ("Polaris", "Ursa Minor"), ("51 Peg", "Pegasus"), ("Proxima Cen", "Centaurus"), ("BL Lac", "Lacerta"),
            ("SN 1987A", "Dorado"), ("M 87", "Virgo"),
        ):  # fmt: skip
            with self.subTest(name):
                target = unsaved(BY_NAME[name])
                self.assertEqual(constellation(target.ra, target.dec), wanted)

    def test_there_are_stars_at_the_pole_and_beside_ra_zero(self):
        self.assertGreater(unsaved(BY_NAME["Polaris"]).dec, 89.2)
        self.assertGreater(unsaved(BY_NAME["R Cas"]).ra, 359.5)

    def test_two_supernovae_of_one_galaxy_stand_close(self):
        first, second = unsaved(BY_NAME["SN 2011fe"]), unsaved(BY_NAME["SN 2023ixf"])
        self.assertAlmostEqual(separation(first.ra, first.dec, second.ra, second.dec) * 60, 5.4, delta=0.4)


class OrbitTests(SimpleTestCase):
    def test_bodies_were_where_people_saw_them(self):
        for name, date, wanted, distance_au in (
            ("Vesta", "2022-08-22", "Aquarius", 1.284),            # opposition
            ("Didymos", "2022-10-04", "Eridanus", 0.071),          # closest after the DART impact
            ("46P/Wirtanen", "2018-12-16", "Taurus", 0.0775),      # closest approach, by the Pleiades
            ("67P/Churyumov-Gerasimenko", "2021-11-12", "Gemini", 0.418),
            ("C/1995 O1", "1997-04-01", "Andromeda", 1.35),        # perihelion
            ("C/2020 F3", "2020-07-19", "Ursa Major", 0.716),
        ):  # fmt: skip
            with self.subTest(name):
                place = seen(name, date)
                self.assertEqual(constellation(float(place.ra), float(place.dec)), wanted)
                self.assertAlmostEqual(float(place.delta_au), distance_au, delta=0.004)

    def test_bright_bodies_are_as_bright_as_they_are(self):
        for name, date, magnitude in (
            ("Vesta", "2022-08-22", 5.8), ("Ceres", "2023-03-21", 7.0), ("Pallas", "2022-10-01", 8.6),
        ):  # fmt: skip
            with self.subTest(name):
                self.assertAlmostEqual(float(seen(name, date).magnitude), magnitude, delta=0.35)

    def test_minor_planets_keep_to_their_orbits(self):
        for item in ASTEROIDS:
            with self.subTest(item.name):
                axis, eccentricity = item.fields["semimajor_axis"], item.fields["eccentricity"]
                days = [item.fields["epoch_of_elements"] + day for day in range(0, 800, 40)]
                r = ephemeris(OrbitalElements.from_target(unsaved(item)), days).r_au
                self.assertTrue((r > axis * (1 - eccentricity) - 1e-6).all())
                self.assertTrue((r < axis * (1 + eccentricity) + 1e-6).all())

    @needs_recorded
    def test_elements_are_those_of_the_small_body_database(self):
        query = json.loads((RECORDED / "jpl_sbdb_query" / "asteroids.json").read_text())
        rows = {row[0].strip().split(" (")[0].split(" ", 1)[-1]: dict(zip(query["fields"], row, strict=True))
                for row in query["data"]}
        checked = 0
        for item in ASTEROIDS:
            row = rows.get(item.name)
            if row is None or float(row["epoch_mjd"]) != item.fields["epoch_of_elements"]:
                continue
            checked += 1
            for field, column in (("semimajor_axis", "a"), ("eccentricity", "e"), ("inclination", "i"),
                                  ("lng_asc_node", "om"), ("arg_of_perihelion", "w"), ("mean_anomaly", "ma"),
                                  ("abs_mag", "H")):
                self.assertAlmostEqual(item.fields[field], float(row[column]), places=9, msg=f"{item.name} {field}")
        self.assertGreaterEqual(checked, 6)

    @needs_recorded
    def test_comets_are_those_of_the_small_body_database(self):
        query = json.loads((RECORDED / "jpl_sbdb_query" / "comets.json").read_text())
        rows = {row[0].strip(): dict(zip(query["fields"], row, strict=True)) for row in query["data"]}
        for item in COMETS:
            row = next(row for name, row in rows.items() if name == item.name or name.startswith(f"{item.name} ("))
            for field, column in (("perihdist", "q"), ("eccentricity", "e"), ("inclination", "i"),
                                  ("lng_asc_node", "om"), ("arg_of_perihelion", "w")):
                self.assertAlmostEqual(item.fields[field], float(row[column]), places=9, msg=f"{item.name} {field}")
            self.assertAlmostEqual(item.fields["epoch_of_perihelion"], float(row["tp"]) - 2400000.5, places=6)
