data "aws_iam_policy_document" "inside" {
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
  }
}

resource "aws_s3_bucket" "b" {
  bucket = "b"
}

output "json" {
  value = data.aws_iam_policy_document.inside.json
}
