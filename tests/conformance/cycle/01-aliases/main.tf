terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { team = "data" }
  }
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
provider "aws" {
  alias  = "east"
  region = "us-east-1"
  default_tags {
    tags = { team = "web", cost = "1" }
  }
}
resource "aws_s3_bucket" "here" {
  bucket = "here"
  tags   = { name = "here" }
}
resource "aws_s3_bucket" "west" {
  provider = aws.west
  bucket   = "west"
  tags     = { name = "west" }
}
resource "aws_s3_bucket" "east" {
  provider = aws.east
  bucket   = "east"
  tags     = { team = "own" }
}
output "arns" {
  value = [aws_s3_bucket.here.arn, aws_s3_bucket.west.arn, aws_s3_bucket.east.arn]
}
