variable "auditors" {
  type = list(string)
}

data "aws_iam_policy_document" "auditors" {
  statement {
    actions = ["sts:AssumeRole"]
    dynamic "principals" {
      for_each = var.auditors
      content {
        type        = "AWS"
        identifiers = ["arn:aws:iam::${principals.value}:root"]
      }
    }
  }
}

resource "aws_iam_role" "auditors" {
  name               = "auditors"
  assume_role_policy = data.aws_iam_policy_document.auditors.json
}
