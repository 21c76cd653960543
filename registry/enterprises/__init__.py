"""The legal persons that apply, known by their unified social credit code."""
