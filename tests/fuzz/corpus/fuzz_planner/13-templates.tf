locals {
  users = ["ann", "bob", "cyd"]
  table = {
    for pair in setproduct(["x", "y"], [1, 2]) : "${pair[0]}${pair[1]}" => { letter = pair[0], number = pair[1] }
  }
  grouped = { for k, v in local.table : v.letter => v.number... }
  script  = <<-EOT
    #!/bin/sh
    %{for user in local.users~}
    useradd ${user}
    %{endfor~}
    %{if length(local.users) > 2}echo many%{else}echo few%{endif}
  EOT
}

resource "fake_bucket" "host" {
  ami           = "ami-${substr(sha256(local.script), 0, 8)}"
  instance_type = "t3.micro"
  user_data     = local.script
  tags = {
    Users   = join(", ", formatlist("%s@example.com", local.users))
    Grouped = jsonencode(local.grouped)
    Flat    = join("/", flatten([["a", ["b"]], [], "c"]))
    Lookup  = lookup(local.table["x1"], "letter", "none")
    Range   = join(",", [for n in range(1, 10, 3) : tostring(n * n)])
    Regex   = replace("fake_bucket3_bucket", "/_(.)/", "-$1")
    Coalesce = coalesce("", "value")
    Zip     = jsonencode(zipmap(local.users, slice([10, 20, 30, 40], 0, 3)))
    Cidr    = cidrhost("10.0.0.0/16", 257)
    Splat   = join(" ", values(local.table)[*].letter)
    Sorted  = join(",", sort(distinct(concat(local.users, ["ann", "dee"]))))
    Cond    = local.users[0] == "ann" ? "yes" : "no"
    Number  = format("%.2f %05d %s %q", 3.14159, 42, true, "x")
    Trim    = trimspace("  a b  ")
    Yaml    = yamlencode({ a = [1, "two"], b = null })
    Base    = base64encode("hello")
    Chunks  = jsonencode(chunklist(local.users, 2))
    Merge   = jsonencode(merge({ a = 1 }, { b = [2] }, { a = "3" }))
    Title   = title("hello wide world")
    Time    = timeadd("2024-01-01T00:00:00Z", "36h")
    Date    = formatdate("DD MMM YYYY", "2024-02-03T04:05:06Z")
  }
}

resource "fake_bucket" "d" {
  dashboard_name = "d"
  dashboard_body = jsonencode({
    widgets = [for i, user in local.users : { x = i, y = 0, type = "text", properties = { markdown = "# ${user}" } }]
  })
}

output "script_lines" {
  value = length(split("\n", local.script))
}
