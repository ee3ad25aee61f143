package main

func summarise(x *text) any { return nil }
