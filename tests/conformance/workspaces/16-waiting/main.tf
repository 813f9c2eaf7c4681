resource "aws_iam_role" "role" {
  name               = "role"
  assume_role_policy = "{}"
}

data "aws_iam_policy_document" "direct" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["arn:aws:iam::123456789012:role/${aws_iam_role.role.name}"]
  }
}

locals {
  role_name = aws_iam_role.role.name
}

data "aws_iam_policy_document" "through_local" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["arn:aws:iam::123456789012:role/${local.role_name}"]
  }
}

module "w" {
  source     = "./modules/w"
  depends_on = [aws_iam_role.role]
}

resource "aws_iam_policy" "p" {
  for_each = {
    direct = data.aws_iam_policy_document.direct.json
    local  = data.aws_iam_policy_document.through_local.json
    module = module.w.json
  }
  name   = each.key
  policy = each.value
}

check "known" {
  assert {
    condition     = data.aws_iam_policy_document.through_local.json != ""
    error_message = "Empty."
  }
}

output "json" {
  value = module.w.json
}
