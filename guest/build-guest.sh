#!/usr/bin/env bash
# Builds the test guest: a Linux that boots in seconds even where QEMU emulates, and does to its
# disks what it is told over a virtio-serial port. What it can be told stands in guest/agent.
#
#   guest/build-guest.sh [--no-qga] [--kernel PACKAGE] [--disk-mib N] DIRECTORY
#
#   --no-qga          leave QEMU's guest agent out
#   --kernel PACKAGE  a kernel package of Debian (linux-image-cloud-amd64)
#   --disk-mib N      the size of the boot disk (64)
#
# Makes in DIRECTORY:
#   vmlinuz, initrd.img, cmdline   to boot the kernel directly
#   boot.raw, boot.qcow2           a disk to boot from: FAT with syslinux and the kernel, and an
#                                  ext4 partition "state" whose content shows what persists
#   manifest                       versions of the packages, SHA-256 of the files
#
# Runs on Debian, as any user: packages are downloaded and unpacked, never installed; nothing is
# mounted. Needs apt-get with current package lists. The same packages give the same bytes.
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1577836800 E2FSPROGS_FAKE_TIME=1577836800

source_dir=$(cd "$(dirname "$0")" && pwd)
with_qga=1
kernel_package=linux-image-cloud-amd64
disk_mib=64
out=

usage() {
  sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
fail() {
  echo "build-guest: $*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --no-qga) with_qga=0 ;;
    --kernel) [ $# -ge 2 ] || usage; kernel_package=$2; shift ;;
    --disk-mib) [ $# -ge 2 ] || usage; disk_mib=$2; shift ;;
    -*) usage ;;
    *) [ -z "$out" ] || usage; out=$1 ;;
  esac
  shift
done
[ -n "$out" ] || usage
[ "$disk_mib" -ge 48 ] || fail "--disk-mib must be at least 48"
mkdir -p "$out"
out=$(cd "$out" && pwd)

scratch=$(mktemp -d "$out/.build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/deb" "$scratch/kernel" "$scratch/guest" "$scratch/tools" "$scratch/root"
root=$scratch/root
libraries=lib/x86_64-linux-gnu

# ---------------------------------------------------------------- packages

fetch() { # fetch TARGET PACKAGE...: downloads and unpacks
  local target=$1 package file
  shift
  for package in "$@"; do
    file=$(find "$scratch/deb" -name "${package}_*.deb" -print -quit)
    if [ -z "$file" ]; then
      (cd "$scratch/deb" && apt-get -qq -o APT::Sandbox::User=root download "$package") ||
        fail "cannot download $package (are the package lists current?)"
      file=$(find "$scratch/deb" -name "${package}_*.deb" -print -quit)
    fi
    dpkg-deb -x "$file" "$target"
  done
}

real_kernel() { # the package that the kernel package depends on, which has the files
  local real
  real=$(apt-cache depends "$kernel_package" |
    sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
  echo "${real:-$kernel_package}"
}

guest_packages=(busybox-static e2fsprogs libext2fs2 libcom-err2 libblkid1 libuuid1 libc6)
if [ "$with_qga" = 1 ]; then
  guest_packages+=(qemu-guest-agent libglib2.0-0 libpcre2-8-0 libnuma1 libudev1 liburing2)
  guest_packages+=(libgcc-s1)
fi
tool_packages=(cpio mtools syslinux syslinux-common e2fsprogs)
tool_packages+=(libext2fs2 libss2 libcom-err2 libblkid1 libuuid1)

fetch "$scratch/kernel" "$(real_kernel)"
fetch "$scratch/guest" "${guest_packages[@]}"
fetch "$scratch/tools" "${tool_packages[@]}"

# The tools run from where they are unpacked.
for directory in usr/bin usr/sbin bin sbin; do
  PATH=$scratch/tools/$directory:$PATH
done
tool() {
  LD_LIBRARY_PATH=$scratch/tools/usr/$libraries:$scratch/tools/$libraries MTOOLS_SKIP_CHECK=1 "$@"
}

# ---------------------------------------------------------------- kernel and its modules

vmlinuz=$(find "$scratch/kernel/boot" -name 'vmlinuz-*' -print -quit)
release=${vmlinuz##*/vmlinuz-}
module_dir=$scratch/kernel/lib/modules/$release
[ -d "$module_dir" ] || module_dir=$scratch/kernel/usr/lib/modules/$release
cp "$vmlinuz" "$out/vmlinuz"
mkdir "$root/modules"

unpack_module() { # unpack_module FILE NAME
  case $1 in
    *.ko) cp "$1" "$root/modules/$2.ko" ;;
    *.ko.xz) xz -dc "$1" > "$root/modules/$2.ko" ;;
    *.ko.zst) zstd -dqc "$1" > "$root/modules/$2.ko" ;;
    *) fail "unknown compression of module $1" ;;
  esac
}

add_module() { # add_module LIST NAME: with what it needs, in the order of loading
  local list=$1 name=${2//[-_]/[-_]} file base needed
  file=$(find "$module_dir/kernel" -name "$name.ko*" -print -quit)
  if [ -z "$file" ]; then
    grep -q "/$name\.ko" "$module_dir/modules.builtin" || fail "the kernel has no module $2"
    return 0
  fi
  base=$(basename "$file")
  base=${base%%.ko*}
  if grep -qsx "$base" "$root/modules/$list"; then
    return 0
  fi
  unpack_module "$file" "$base"
  for needed in $(tr '\0' '\n' < "$root/modules/$base.ko" | sed -n 's/^depends=//p' | tr ',' ' ')
  do
    add_module "$list" "$needed"
  done
  echo "$base" >> "$root/modules/$list"
}

for module in virtio_pci virtio_console virtio_blk; do
  add_module boot.list "$module"
done
for module in virtio_scsi sd_mod; do
  add_module scsi.list "$module"
done
add_module balloon.list virtio_balloon

# ---------------------------------------------------------------- user space

mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,tmp,mnt,state,etc,usr/bin,usr/sbin,var/lib/qemu}
mkdir -p "$root/$libraries" "$root/lib64"
ln -s ../run "$root/var/run"

copy() { # copy TARGET PATH...: the first that there is
  local target=$1 path
  shift
  for path in "$@"; do
    if [ -e "$scratch/guest/$path" ]; then
      cp -L "$scratch/guest/$path" "$root/$target"
      return 0
    fi
  done
  fail "not in the packages: $*"
}
copy_libraries() {
  local name
  for name in "$@"; do
    copy "$libraries/$name" "$libraries/$name" "usr/$libraries/$name"
  done
}

loader=ld-linux-x86-64.so.2
copy bin/busybox bin/busybox usr/bin/busybox
copy "lib64/$loader" "lib64/$loader" "$libraries/$loader" "usr/lib64/$loader"
copy sbin/mke2fs sbin/mke2fs usr/sbin/mke2fs
copy sbin/e2fsck sbin/e2fsck usr/sbin/e2fsck
copy etc/mke2fs.conf etc/mke2fs.conf
copy_libraries libc.so.6 libext2fs.so.2 libcom_err.so.2 libblkid.so.1 libuuid.so.1 libe2p.so.2
if [ "$with_qga" = 1 ]; then
  copy usr/sbin/qemu-ga usr/sbin/qemu-ga
  copy_libraries libglib-2.0.so.0 libpcre2-8.so.0 libnuma.so.1 libudev.so.1 liburing.so.2 \
    libm.so.6 libgcc_s.so.1
  if [ -e "$scratch/guest/usr/$libraries/libgmodule-2.0.so.0" ]; then
    copy_libraries libgmodule-2.0.so.0
  fi
fi
ln -s busybox "$root/bin/sh"
install -m 755 "$source_dir/init" "$root/init"
install -m 644 "$source_dir/agent" "$root/agent"

find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$root" && find . -print0 | sort -z |
  tool cpio --null --quiet -o -H newc -R 0:0 --reproducible) > "$scratch/initrd.cpio"
gzip -9nc "$scratch/initrd.cpio" > "$out/initrd.img"

# What saves time under emulation and does not change what is tested.
arguments=(console=ttyS0 quiet panic=-1 nokaslr mitigations=off tsc=reliable no_timer_check)
arguments+=(random.trust_cpu=on audit=0 apparmor=0 8250.nr_uarts=2)
echo "${arguments[*]}" > "$out/cmdline"

# ---------------------------------------------------------------- boot disk

boot_mib=36                  # partition 1, from 1 MiB on
state_at=$((1 + boot_mib))   # partition 2, behind it
state_mib=$((disk_mib - state_at))
disk=$scratch/boot.raw

byte() { printf '%b' "\\x$(printf %02x "$1")"; }
le32() {
  byte $(($1 & 255))
  byte $(($1 >> 8 & 255))
  byte $(($1 >> 16 & 255))
  byte $(($1 >> 24 & 255))
}
partition() { # partition FLAG TYPE START_MIB SIZE_MIB: an entry of the partition table
  byte "$1"
  printf '\xfe\xff\xff'
  byte "$2"
  printf '\xfe\xff\xff'
  le32 $(($3 * 2048))
  le32 $(($4 * 2048))
}

truncate -s "${disk_mib}M" "$disk"
boot_code=$(find "$scratch/tools/usr/lib" -path '*/mbr/mbr.bin' -print -quit)
dd if="$boot_code" of="$disk" bs=440 count=1 conv=notrunc status=none
{
  le32 1414746177 # the disk's signature
  printf '\0\0'
  partition 128 14 1 "$boot_mib"
  partition 0 131 "$state_at" "$state_mib"
  head -c 32 /dev/zero
  printf '\x55\xaa'
} | dd of="$disk" bs=1 seek=440 conv=notrunc status=none

fat=$disk@@1M
tool mformat -i "$fat" -T $((boot_mib * 2048)) -h 64 -s 32 -H 2048 -N 41544f4c -v BOOT ::
tool syslinux --offset $((1024 * 1024)) --install "$disk"
cat > "$scratch/syslinux.cfg" <<EOF
DEFAULT guest
PROMPT 0
TIMEOUT 0
LABEL guest
  KERNEL /vmlinuz
  INITRD /initrd.img
  APPEND $(cat "$out/cmdline") guest.state
EOF
touch -d "@$SOURCE_DATE_EPOCH" "$out/vmlinuz" "$out/initrd.img" "$scratch/syslinux.cfg"
tool mcopy -m -i "$fat" "$out/vmlinuz" "$out/initrd.img" "$scratch/syslinux.cfg" ::/

uuid=41544f4c-0000-4000-8000-00000000000
tool mke2fs -q -F -t ext4 -L state -U "${uuid}1" -E "root_owner=0:0,hash_seed=${uuid}2" \
  "$scratch/state.ext4" "${state_mib}M" > /dev/null
dd if="$scratch/state.ext4" of="$disk" bs=1M seek="$state_at" conv=notrunc,sparse status=none
mv "$disk" "$out/boot.raw"
if command -v qemu-img > /dev/null; then
  rm -f "$out/boot.qcow2"
  qemu-img convert -f raw -O qcow2 -c "$out/boot.raw" "$out/boot.qcow2"
fi

# ---------------------------------------------------------------- manifest

{
  for package in "$scratch"/deb/*.deb; do
    # shellcheck disable=SC2016 # dpkg-deb fills these in
    dpkg-deb -W --showformat='package ${Package} ${Version}\n' "$package"
  done
  cd "$out"
  for file in vmlinuz initrd.img cmdline boot.raw boot.qcow2; do
    if [ -e "$file" ]; then
      echo "file $file $(stat -c %s "$file") $(sha256sum "$file" | cut -d' ' -f1)"
    fi
  done
} > "$out/manifest"
sed -n 's/^file //p' "$out/manifest"
