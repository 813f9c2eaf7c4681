terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.edge]
    }
  }
}

resource "aws_s3_bucket" "origin" {
  bucket_prefix = "origin-"
}

resource "aws_cloudfront_origin_access_control" "edge" {
  provider                          = aws.edge
  name                              = "edge"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
