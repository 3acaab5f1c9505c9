//! The read model of those who handle complaints: case file and worklist.
