auditors = ["400000000007"]
