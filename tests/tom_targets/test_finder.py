"""The chart that is drawn without a network: places, scale, direction."""

from types import SimpleNamespace

from django.test import SimpleTestCase

from tom_common.astro.sky import offset_by
from tom_targets import finder


def star(ra, dec, name="star"):
    return SimpleNamespace(name=name, ra=ra, dec=dec, get_absolute_url=lambda: "/targets/1/")


class OnChartTests(SimpleTestCase):
    def test_north_is_up_and_east_is_left_everywhere(self):
        for ra, dec in ((10.0, 0.0), (0.0, 60.0), (359.999, -45.0), (123.0, 89.5)):
            with self.subTest(ra=ra, dec=dec):
                north = finder.on_chart(ra, dec, *offset_by(ra, dec, 0, 5 / 60), 15)
                east = finder.on_chart(ra, dec, *offset_by(ra, dec, 90, 5 / 60), 15)
                # 5' of 15' is a third of 100
                self.assertAlmostEqual(north[0], 0, places=1)
                self.assertAlmostEqual(north[1], -33.33, places=1)
                self.assertAlmostEqual(east[0], -33.33, places=1)
                self.assertAlmostEqual(east[1], 0, places=1)

    def test_what_lies_outside_or_behind_is_not_on_the_chart(self):
        self.assertIsNone(finder.on_chart(10, 0, 11, 0, 15))
        self.assertIsNone(finder.on_chart(10, 0, 190, 0, 15))

    def test_the_target_itself_is_in_the_middle(self):
        self.assertEqual(finder.on_chart(10, 0, 10, 0, 15), (0, 0))


class FinderChartTests(SimpleTestCase):
    def test_known_targets_of_the_field_are_shown_with_their_distance(self):
        near, far = star(*offset_by(10, 20, 45, 2 / 60), "near"), star(12, 20, "far")
        chart = finder.finder_chart(10, 20, 15, [near, far])
        self.assertEqual([other.name for other in chart.others], ["near"])
        self.assertEqual(chart.others[0].separation, "2′")
        self.assertIn("1 known target in the field", chart.caption)

    def test_a_name_near_the_right_edge_stands_left_of_its_mark(self):
        chart = finder.finder_chart(10, 0, 15, [star(*offset_by(10, 0, 270, 7 / 60))])
        self.assertTrue(chart.others[0].label_left)
        self.assertLess(chart.others[0].label_x, chart.others[0].x)

    def test_a_crowded_field_shows_no_more_than_fits(self):
        many = [star(10 + n / 10000, 0) for n in range(200)]
        self.assertEqual(len(finder.finder_chart(10, 0, 15, many).others), finder.MAX_OTHERS)

    def test_the_scale_bar_is_round_and_about_a_quarter(self):
        for field, label in ((5, "1′"), (15, "3′"), (60, "10′"), (0.5, "5″"), (600, "2°")):
            scale = finder.scale_bar(field)
            with self.subTest(field):
                self.assertEqual(scale.label, label)
                self.assertTrue(10 <= scale.length <= 25)

    def test_a_moving_target_has_an_arrow_the_way_it_goes(self):
        chart = finder.finder_chart(10, 0, 15, motion_arcsec_per_hour=(30.0, 0.0))
        self.assertLess(chart.motion.x, 0)
        self.assertEqual(chart.motion.y, 0)
        self.assertIn("30.0″ an hour", chart.motion.label)

    def test_a_very_fast_target_does_not_leave_the_chart(self):
        motion = finder.finder_chart(10, 0, 5, motion_arcsec_per_hour=(0.0, -1e6)).motion
        self.assertLess(motion.y, finder.HALF)

    def test_small_angles_are_told_in_the_unit_people_use(self):
        told = [finder.angle_label(arcsec) for arcsec in (0.24, 9.5, 45, 60, 192, 3600, 5400)]
        self.assertEqual(told, ["0.24″", "9.5″", "45″", "1′", "3.2′", "1°", "1.5°"])
