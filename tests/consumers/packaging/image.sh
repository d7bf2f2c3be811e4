# The image, built from the static program of the wheel, and run without a container engine.
# shellcheck shell=bash disable=SC2154,SC2164 # run.sh sources this file: its variables and its `set -e` are there.

buildah() {
  command buildah --root "$scratch/images" --runroot "$scratch/images-run" --storage-driver vfs "$@"
}

image_is_built() {
  buildah build --isolation chroot --build-context "build=$(dirname "$program")" --tag tillit "$root"
  buildah from --name tillit localhost/tillit
}

# in_image MANIFESTS ARGUMENT…: the image's program on a folder, as `docker run` would start it.
in_image() {
  local folder=$1
  shift
  buildah run --isolation chroot --volume "$folder:/src:ro" "${as[@]}" tillit -- \
    "$(buildah inspect --format '{{index .OCIv1.Config.Entrypoint 0}}' tillit)" "$@"
}
as=()

image_holds() {
  local mount
  mount=$(buildah mount tillit)
  same "/tillit" "$(find "$mount" ! -type d -printf '/%P\n')"
  ldd "$mount/tillit" 2>&1 | grep -E 'statically linked|not a dynamic executable'
}

image_says() {
  same "user 65532:65532, folder /src, from https://github.com/tillit-lint/tillit, MIT OR Apache-2.0" "$(
    buildah inspect --type image --format 'user {{.OCIv1.Config.User}}, folder {{.OCIv1.Config.WorkingDir}}, from {{index .OCIv1.Config.Labels "org.opencontainers.image.source"}}, {{index .OCIv1.Config.Labels "org.opencontainers.image.licenses"}}' localhost/tillit
  )"
}

image_runs() {
  same "tillit $version" "$(in_image "$scratch/clean" --version)"
  exits 0 in_image "$scratch/clean" check --today 2026-12-01
  exits 1 in_image "$scratch/findings" check --today 2026-12-01
  exits 2 in_image "$scratch/nothing" check --today 2026-12-01
}

# A manifest that only root may read.
image_is_not_root() {
  mkdir "$scratch/secret"
  install -m 600 "$root/examples/exemplary.tillit.yaml" "$scratch/secret"
  exits 2 in_image "$scratch/secret" check --today 2026-12-01 2>&1 | grep 'permission is denied'
  as=(--user 0)
  exits 0 in_image "$scratch/secret" check --today 2026-12-01
}

image_has_no_git() {
  exits 2 in_image "$scratch/clean" check --since HEAD 2>&1 | tee "$scratch/seen"
  grep git "$scratch/seen"
}

if command -v buildah > /dev/null; then
  try "the Dockerfile builds an image from a ready program" image_is_built
  try "the image holds the program, which needs no library, and nothing else" image_holds
  try "the image names its user, folder, source and licence" image_says
  try "the image's program ends with 0, 1 and 2" image_runs
  try "the image's program does not run as root" image_is_not_root
  try "the image says that it lacks git for --since" image_has_no_git
else
  skip "the image" "no buildah here (Debian: apt-get install buildah)"
fi
