using System.Security.Cryptography;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Platform.Secrets;

/// <summary>The device key under which all secrets at rest are sealed (DEL-190, DEL-192).</summary>
public static class DeviceKeyFile
{
    /// <summary>Octets of the key: AES-256.</summary>
    public const int KeyOctets = 32;

    /// <summary>Name of the systemd credential that takes the place of a file that is not configured.</summary>
    public const string CredentialName = "device-key";

    /// <summary>The key in the file, which is made at the first start; a file among the credentials is the service manager's, and never made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="credentialsDirectory"><c>$CREDENTIALS_DIRECTORY</c>, null if not set.</param>
    /// <param name="inUse">The store holds secrets under the key: a new one could open none of them, so none is made.</param>
    /// <exception cref="PlatformException">The key is missing, not of its length, open to others, or cannot be read or made.</exception>
    public static SecretBuffer LoadOrCreate(string path, string? credentialsDirectory, bool inUse = false)
    {
        if (credentialsDirectory is not null && Path.GetDirectoryName(path) == credentialsDirectory)
            return Checked(SecretFile.Read(path, guardedElsewhere: true), path);
        if (!File.Exists(path) && inUse)
            throw new PlatformException("device-key-missing", $"{path} is not there, but the store is in use: bring the key back, or reset the store to provision the device anew");
        if (!File.Exists(path))
            Create(path);
        return Checked(SecretFile.Read(path), path);
    }

    private static SecretBuffer Checked(SecretBuffer key, string path)
    {
        if (key.Length == KeyOctets)
            return key;
        var length = key.Length;
        key.Dispose();
        throw new PlatformException("device-key-length", $"{path} holds {length} octets, a device key has {KeyOctets}");
    }

    /// <summary>Written beside and renamed, so that a power cut leaves no key or a whole one: half a key would make every secret unreadable.</summary>
    private static void Create(string path)
    {
        var partial = path + ".new";
        try
        {
            File.Delete(partial);
            using (var key = new SecretBuffer(KeyOctets))
            using (var file = new FileStream(partial, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                RandomNumberGenerator.Fill(key.Octets);
                file.Write(key.Octets);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: false);
            Native.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException("device-key", $"{path} cannot be created: {fault.Message}", fault);
        }
    }
}
