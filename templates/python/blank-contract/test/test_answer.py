import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "src"))
from answer import answer


class Answer(unittest.TestCase):
    def test_a_user_is_told_what_he_said(self):
        self.assertEqual(answer(b"hello"), b"You said: hello")


unittest.main()
