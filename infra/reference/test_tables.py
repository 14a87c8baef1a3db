"""What becomes of the packages' data, on inputs small enough to be read."""

import sqlite3
import unittest

import tables


def place(country: str, code: str, latitude: str, longitude: str) -> str:
    return "\t".join([country, code, "Somewhere", *[""] * 6, latitude, longitude, "4"]) + "\n"


class Tables(unittest.TestCase):
    def test_a_name_has_the_gender_of_most_of_its_bearers(self) -> None:
        lines = ["first_name,sex,count,year_of_birth\n", "kim,f,2,1900\n", "anna,f,9,1900\n", "kim,m,1,1901\n"]
        lines += ["sasha,f,5,1900\n", "anna,f,1,2000\n", "sasha,m,5,1990\n"]
        expected = [("Anna", "f", "1.0000", 10), ("Kim", "f", "0.6667", 3)]
        self.assertEqual(list(tables.genders(lines)), expected)

    def test_a_postal_code_lies_amid_its_places(self) -> None:
        lines = [place("DE", "01067", "51.0", "13.0"), place("AD", "AD100", "42.5833", "1.6667")]
        lines += [place("DE", "01067", "52.0", "14.5"), place("DE", "99999", "", "")]
        everything = [("AD", "AD100", "42.5833", "1.6667"), ("DE", "01067", "51.5000", "13.7500")]
        self.assertEqual(list(tables.postal_codes(lines, frozenset())), everything)
        self.assertEqual(list(tables.postal_codes(lines, frozenset(["DE"]))), everything[1:])

    def test_the_middle_of_places_around_the_date_line_is_near_it(self) -> None:
        self.assertEqual(tables.middle([(10.0, 179.0), (20.0, -177.0)]), (15.0, -179.0))
        self.assertEqual(tables.middle([(0.0, 179.0), (0.0, -179.5)]), (0.0, 179.75))
        self.assertEqual(tables.middle([(0.0, -10.0), (0.0, 20.0)]), (0.0, 5.0))

    def test_salaries_are_those_of_states_and_single_occupations(self) -> None:
        database = sqlite3.connect(":memory:")
        database.executescript("""
            CREATE TABLE area (area_code, areatype_code, state_code, area_name);
            INSERT INTO area VALUES ('4800000', 'S', '48', 'Texas'), ('0600000', 'S', '06', 'California'),
                ('0010180', 'M', '48', 'Abilene, TX');
            CREATE TABLE occupation (occupation_code, occupation_name, display_level);
            INSERT INTO occupation VALUES ('291141', 'Registered Nurses', 3), ('290000', 'Healthcare', 0);
            CREATE TABLE cell (key PRIMARY KEY, v13);
            INSERT INTO cell VALUES ('OEUS4800000000000291141', '90000'), ('OEUS0600000000000291141', '-'),
                ('OEUM0010180000000291141', '80000'), ('OEUS4800000000000290000', '70000'),
                ('OEUS4800000622000291141', '60000');
        """)
        expected = [("Registered Nurses", "US", "TX", "90000", "29-1141", "Texas")]
        self.assertEqual(list(tables.salaries(database)), expected)
        database.close()


if __name__ == "__main__":
    unittest.main()
