"""``python3 -m pilling``, a file for each subject of its commands."""
