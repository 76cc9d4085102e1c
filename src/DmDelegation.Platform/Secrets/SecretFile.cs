using System.Security.Cryptography;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Platform.Secrets;

/// <summary>Reads files that hold a secret into buffers of our own (DEL-188).</summary>
public static class SecretFile
{
    /// <summary>Longest secret file in octets: own choice, far above any password or key.</summary>
    public const int MaxOctets = 4096;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The whole file; refused if it is missing, too long, or (unless systemd guards it) open to others than its owner (DEL-192).</summary>
    public static SecretBuffer Read(string path, bool guardedElsewhere = false)
    {
        try
        {
            using var file = File.OpenHandle(path);
            if (!guardedElsewhere && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
                throw new PlatformException("secret-file-mode", $"{path} must be readable by its owner only (mode 0600)");
            return ReadAll(file, path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException("secret-file", $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The text of a password file; one line feed (or carriage return and line feed) at its end is not part of it.</summary>
    public static SecretBuffer ReadPassword(string path, bool guardedElsewhere = false)
    {
        using var whole = Read(path, guardedElsewhere);
        var text = (ReadOnlySpan<byte>)whole.Octets;
        if (text.EndsWith("\n"u8))
            text = text.EndsWith("\r\n"u8) ? text[..^2] : text[..^1];
        return text.IsEmpty
            ? throw new PlatformException("secret-file", $"{path} holds no password")
            : SecretBuffer.CopyOf(text);
    }

    private static SecretBuffer ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, string path)
    {
        // One octet more than allowed tells "too long" from "just fits", also for files that do not know their length.
        var buffer = GC.AllocateUninitializedArray<byte>(MaxOctets + 1, pinned: true);
        try
        {
            var length = 0;
            for (int read; length < buffer.Length && (read = RandomAccess.Read(file, buffer.AsSpan(length), length)) > 0;)
                length += read;
            return length <= MaxOctets
                ? SecretBuffer.CopyOf(buffer.AsSpan(0, length))
                : throw new PlatformException("secret-file", $"{path} is longer than {MaxOctets} octets");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
