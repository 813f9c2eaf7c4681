resource "aws_iam_policy" "admin" {
  name   = "admin"
  policy = <<EOF2
{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
}
EOF2
}

resource "aws_iam_policy" "s3" {
  name = "s3"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:Get*"], Resource = "arn:aws:s3:::orders/*" }]
  })
}

data "aws_iam_policy_document" "all" {
  statement {
    effect    = "Allow"
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "doc" {
  name   = "doc"
  policy = data.aws_iam_policy_document.all.json
}

data "aws_iam_policy_document" "implicit" {
  statement {
    sid       = "read"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::orders/*"]
  }
  statement {
    sid       = "rest"
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "default_effect" {
  name   = "default-effect"
  policy = data.aws_iam_policy_document.implicit.json
}

resource "aws_iam_role_policy" "list" {
  name = "list"
  role = "app"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = { Effect = "Allow", Action = ["*"], Resource = ["*"] }
  })
}

resource "aws_iam_policy" "deny" {
  name = "deny"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }]
  })
}

resource "aws_iam_group_policy" "second" {
  name  = "second"
  group = "ops"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::orders/*" },
      { Effect = "Allow", Action = "*", Resource = "*" },
    ]
  })
}

resource "aws_iam_user_policy" "reader" {
  name = "reader"
  user = "ci"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ec2:Describe*"], Resource = "*" }]
  })
}
