using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine.Ports;
using DmDelegation.Platform;
using DmDelegation.Platform.Secrets;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class SecretsTests
{
    private static SecretBuffer Key(byte fill)
    {
        var key = new SecretBuffer(DeviceKeyFile.KeyOctets);
        key.Octets.Fill(fill);
        return key;
    }

    [TestMethod]
    public void A_secret_opens_under_its_name_and_key_only_DEL_190_S_086()
    {
        using var vault = new AesGcmVault(Key(1));
        using var other = new AesGcmVault(Key(2));
        var octets = vault.Seal("record:X:proof", "secret"u8);

        using var opened = vault.Open("record:X:proof", octets);
        Assert.AreEqual("secret", Encoding.ASCII.GetString(opened!.Octets));
        Assert.IsNull(vault.Open("record:Y:proof", octets));
        Assert.IsNull(other.Open("record:X:proof", octets));
    }

    [TestMethod]
    public void The_layout_is_AES_256_GCM_with_version_nonce_tag_and_ciphertext_DEL_190()
    {
        using var key = Key(7);
        using var vault = new AesGcmVault(key);
        var octets = vault.Seal("name", "secret"u8);

        Assert.AreEqual(1, octets[0]);
        var clear = new byte[octets.Length - 29];
        using var independent = new AesGcm(key.Octets, 16);
        independent.Decrypt(octets.AsSpan(1, 12), octets.AsSpan(29), octets.AsSpan(13, 16), clear, "name"u8);
        Assert.AreEqual("secret", Encoding.ASCII.GetString(clear));
        CollectionAssert.AreNotEqual(octets, vault.Seal("name", "secret"u8), "the nonce must be fresh");
    }

    [TestMethod]
    public void Every_changed_octet_and_every_shorter_length_is_refused()
    {
        using var vault = new AesGcmVault(Key(1));
        var octets = vault.Seal("name", "secret"u8);
        for (var i = 0; i < octets.Length; i++)
        {
            var changed = (byte[])octets.Clone();
            changed[i] ^= 1;
            Assert.IsNull(vault.Open("name", changed), $"octet {i}");
            Assert.IsNull(vault.Open("name", octets.AsSpan(0, i)), $"length {i}");
        }
    }

    [TestMethod]
    public void The_device_key_is_made_once_for_its_owner_only_DEL_192()
    {
        using var folder = new TemporaryFolder();
        using var first = DeviceKeyFile.LoadOrCreate(folder.File("device.key"), null);
        using var second = DeviceKeyFile.LoadOrCreate(folder.File("device.key"), null);

        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("device.key")));
        Assert.IsTrue(first.Octets.SequenceEqual(second.Octets));
        Assert.IsTrue(first.Octets.ContainsAnyExcept((byte)0));
        Assert.IsFalse(File.Exists(folder.File("device.key.new")));
    }

    [TestMethod]
    [DataRow(UnixFileMode.GroupRead)]
    [DataRow(UnixFileMode.OtherRead)]
    [DataRow(UnixFileMode.OtherWrite)]
    public void A_device_key_that_others_can_reach_is_refused_DEL_192(UnixFileMode others)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("device.key", new string('k', 32), UnixFileMode.UserRead | others);
        var fault = Assert.ThrowsExactly<PlatformException>(() => DeviceKeyFile.LoadOrCreate(path, null));
        Assert.AreEqual("secret-file-mode", fault.Code);
    }

    [TestMethod]
    [DataRow(31)]
    [DataRow(33)]
    [DataRow(0)]
    public void A_device_key_of_another_length_is_refused_DEL_190(int length)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("device.key", new string('k', length));
        var fault = Assert.ThrowsExactly<PlatformException>(() => DeviceKeyFile.LoadOrCreate(path, null));
        Assert.AreEqual("device-key-length", fault.Code);
    }

    [TestMethod]
    public void A_systemd_credential_is_guarded_by_systemd_whatever_its_mode_and_never_made()
    {
        using var folder = new TemporaryFolder();
        folder.Write("device-key", new string('c', 32), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        using var key = DeviceKeyFile.LoadOrCreate(folder.File("device-key"), folder.Path);
        Assert.AreEqual(new string('c', 32), Encoding.ASCII.GetString(key.Octets));
        Assert.AreEqual("secret-file", Assert.ThrowsExactly<PlatformException>(() => DeviceKeyFile.LoadOrCreate(folder.File("other"), folder.Path)).Code);
    }

    [TestMethod]
    [DataRow("pass word\n", "pass word")]
    [DataRow("pass\r\n", "pass")]
    [DataRow("pass\n\n", "pass\n")]
    [DataRow("pass", "pass")]
    public void One_line_end_of_a_password_file_is_ignored(string text, string password)
    {
        using var folder = new TemporaryFolder();
        using var secret = SecretFile.ReadPassword(folder.Write("p", text));
        Assert.AreEqual(password, Encoding.UTF8.GetString(secret.Octets));
    }
}
