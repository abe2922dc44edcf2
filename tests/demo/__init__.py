"""Tests of the sample mailbox and its servers."""
