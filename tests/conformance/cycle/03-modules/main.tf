module "data" {
  source = "./modules/bucket"
  for_each = toset(["a", "b"])
  name   = "data-${each.key}"
  key_arn = aws_kms_key.k.arn
}
resource "aws_kms_key" "k" {
  description = "key"
}
resource "aws_iam_policy" "p" {
  name = "read"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for m in module.data : { Effect = "Allow", Action = "s3:GetObject", Resource = "${m.arn}/*" }]
  })
}
