using System.Runtime.InteropServices;

namespace DmDelegation.Platform;

/// <summary>The few calls of the C library that the framework does not offer. Structures are laid out with native-sized integers, so that
/// they are right on 32-bit and 64-bit devices.</summary>
internal static partial class Native
{
    /// <summary>CLOCK_BOOTTIME of clock_gettime(2): counts suspend (DEL-200).</summary>
    public const int ClockBootTime = 7;

    /// <summary>Return value TIME_ERROR of adjtimex(2): the clock is not synchronised.</summary>
    public const int TimeError = 5;

    /// <summary>Flag STA_UNSYNC in the status of adjtimex(2).</summary>
    public const int StatusUnsynchronised = 0x40;

    // O_RDONLY | O_CLOEXEC, which have these values on every architecture of Linux that we build for.
    private const int OpenToRead = 0x80000;

    // F_SETFD and FD_CLOEXEC of fcntl(2).
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExecFlag = 1;

    // AT_EMPTY_PATH and STATX_INO of statx(2).
    private const int EmptyPath = 0x1000;
    private const uint WantInode = 0x100;

    public static long BootTimeMilliseconds()
    {
        var status = ClockGetTime(ClockBootTime, out var time);
        return status == 0
            ? ((long)time.Seconds * 1000) + ((long)time.Nanoseconds / 1_000_000)
            : throw new PlatformException("clock-boot", $"clock_gettime(CLOCK_BOOTTIME) failed with errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Makes the entries of a directory durable: a new file whose directory is not synced can be gone after a power cut.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = Open(path, OpenToRead);
        if (descriptor < 0)
            throw new PlatformException("io", $"{path} cannot be opened, errno {Marshal.GetLastPInvokeError()}");
        var synced = Sync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (synced != 0)
            throw new PlatformException("io", $"{path} cannot be synced, errno {error}");
    }

    /// <summary>Device and inode of an open file, as st_dev and st_ino of stat(2) have them; null if the kernel does not tell.</summary>
    public static (ulong Device, ulong Inode)? DeviceAndInode(int descriptor)
    {
        // statx(2), since its structure is the same on every architecture.
        if (Statx(descriptor, "", EmptyPath, WantInode, out var status) != 0)
            return null;
        ulong major = status.DeviceMajor, minor = status.DeviceMinor;
        return (((major & 0xFFFF_F000) << 32) | ((major & 0xFFF) << 8) | ((minor & 0xFFFF_FF00) << 12) | (minor & 0xFF), status.Inode);
    }

    /// <summary>A descriptor is closed in programs that this process starts.</summary>
    public static void CloseOnExec(int descriptor) => _ = Control(descriptor, SetDescriptorFlags, CloseOnExecFlag);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ClockGetTime(int clock, out TimeSpecification time);

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    public static partial int AdjustTime(ref TimeAdjustment adjustment);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    /// <summary>struct statx of linux/stat.h: 256 octets everywhere.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    /// <summary>struct timex of sys/timex.h; all zero asks without changing anything.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeAdjustment
    {
        public uint Modes;
        public nint Offset;
        public nint Frequency;
        public nint MaxError;
        public nint EstimatedError;
        public int Status;
        public nint Constant;
        public nint Precision;
        public nint Tolerance;
        public nint TimeSeconds;
        public nint TimeMicroseconds;
        public nint Tick;
        public nint PpsFrequency;
        public nint Jitter;
        public int Shift;
        public nint Stability;
        public nint JitterCount;
        public nint CalibrationCount;
        public nint ErrorCount;
        public nint StabilityCount;
        public int Tai;
        public Reserved Reserve;
    }

    /// <summary>The eleven integers kept free at the end of struct timex, and room for what a later kernel puts there.</summary>
    [System.Runtime.CompilerServices.InlineArray(16)]
    public struct Reserved
    {
        private int _first;
    }
}
