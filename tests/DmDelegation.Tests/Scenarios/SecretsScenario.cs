using System.Buffers.Text;
using System.Security.Cryptography;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.ServerStub.Keys;
using DmDelegation.Tests.Scenarios.Harness;
using StubKeys = DmDelegation.ServerStub.Keys.DelegationKeys;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.3, S-085: what is left of the key and of what is derived from it.</summary>
[TestClass]
public sealed class SecretsScenario
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("cms")]
    [DataRow("tls")]
    public void S_085_After_T1_the_key_is_nowhere_and_after_T3_nothing_of_B_DEL_155_DEL_188_DEL_189_DEL_191_DEL_195(string method)
    {
        var key = Masked.Random();
        using var device = new TestDevice { KeepTraffic = false };
        var delegation = new Delegating { Tdk = new byte[32] }.Exec();
        var toDelegation = method == "cms" ? Wrapped(delegation, key) : InTheClear(device, delegation, key);
        device.StartAccepted(toDelegation);
        device.Servers["a.example"].Patch = null;
        if (method == "tls")
        {
            Assert.IsTrue(device.Effects.OfType<SendMessage>().Last(message => message.Server == "a.example" && message.SessionSerial == 1).FreshConnection);
        }

        var secrets = Derived(delegation, key).SelectMany(Spelt).ToList();
        // Our own buffers are overwritten, not left to the collector (DEL-188); behind a collection nobody else's copy is left either.
        Assert.AreEqual("", string.Join(", ", ProcessMemory.Find(secrets)), "in the memory of the process");
        Collect();
        Assert.AreEqual("", string.Join(", ", ProcessMemory.Find(secrets)), "in the memory of the process after a collection");
        Assert.AreEqual("", string.Join(", ", InStore(device, secrets)), "in the store");
        TheSearchFindsWhatIsThere(secrets[0]);

        // B comes, confirms, and the delegation ends.
        key.Reveal(octets => delegation.Tdk = [.. octets]);
        device.Servers["b.example"] = delegation.MakeB();
        var account = SealedLeaves(device);
        device.Manage("b.example", [.. delegation.Confirming()]).Answers(200, 200);
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        Assert.AreEqual("", string.Join(", ", InStore(device, secrets)), "in the store while active");
        device.Manage("a.example", delegation.Operation("Revoke")).Answers(200);

        var record = device.Record("7QK2");
        Assert.IsTrue(record.SealedKeyValue.IsEmpty && record.Grant!.SealedProofKey.IsEmpty);
        Assert.IsFalse(device.Exists("./DMAcc/d-7QK2"));
        Assert.IsNotEmpty(account);
        device.Restart();
        Assert.IsFalse(device.Durable.Tree.Root.SelfAndDescendants().Any(node => account.Exists(leaf => node.Value.Span.SequenceEqual(leaf))));
        var lines = device.Log.SelectMany(line => line.Fields.Select(field => field.Value).Prepend(line.Text)).ToList();
        Assert.AreEqual("", string.Join(", ", secrets.Where(secret => lines.Exists(line => secret.IsIn(System.Text.Encoding.UTF8.GetBytes(line)))).Select(secret => secret.Name)), "in the log");
    }

    /// <summary>Method cms: the envelope is made where the plaintext leaves no trace.</summary>
    private static Delegating Wrapped(Delegating delegation, Masked key)
    {
        key.Reveal(tdk =>
        {
            var plaintext = KeyEnvelope.Plaintext(tdk, delegation.Id, TestDevice.DeviceId, delegation.B);
            delegation.KeyValue = new EnvelopeForm().Seal(plaintext);
            CryptographicOperations.ZeroMemory(plaintext);
        });
        return delegation.Cms();
    }

    /// <summary>Method tls: A's message is written with another key, which the real one replaces octet by octet just before it is sent.</summary>
    private static Delegating InTheClear(TestDevice device, Delegating delegation, Masked key)
    {
        delegation.KeyValue = Delegating.StrongKey();
        var written = System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(delegation.KeyValue));
        device.Servers["a.example"].Patch = body =>
        {
            var at = body.AsSpan().IndexOf(written);
            if (at < 0)
            {
                return body;
            }

            var patched = GC.AllocateArray<byte>(body.Length, pinned: true);
            body.CopyTo(patched, 0);
            key.Reveal(tdk => Base64.EncodeToUtf8(tdk, patched.AsSpan(at, written.Length), out _, out _));
            return patched;
        };
        return delegation;
    }

    private static List<Masked> Derived(Delegating delegation, Masked key)
    {
        var secrets = new List<Masked>();
        key.Reveal(tdk =>
        {
            secrets.Add(Masked.Of("TDK", tdk));
            var bindingHash = delegation.BindingHash();
            var prk = GC.AllocateArray<byte>(32, pinned: true);
            HMACSHA256.HashData(bindingHash, tdk, prk);
            secrets.Add(Masked.Of("PRK", prk));
            CryptographicOperations.ZeroMemory(prk);
            using var keys = StubKeys.Derive(tdk, bindingHash);
            secrets.Add(Masked.Of("client credential", keys.ClientCredential));
            secrets.Add(Masked.Of("server credential", keys.ServerCredential));
            secrets.Add(Masked.Of("proof key", keys.Proof));
            secrets.Add(Password("password of the client", keys.ClientCredential));
            secrets.Add(Password("password of the server", keys.ServerCredential));
        });
        return secrets;
    }

    private static Masked Password(string name, ReadOnlySpan<byte> credential)
    {
        var password = StubKeys.Password(credential);
        var masked = Masked.Of(name, password);
        CryptographicOperations.ZeroMemory(password);
        return masked;
    }

    private static IEnumerable<Masked> Spelt(Masked secret)
    {
        if (!secret.Name.StartsWith("password", StringComparison.Ordinal))
        {
            return secret.Spellings();
        }

        var spelt = new List<Masked>();
        secret.Reveal(text => spelt.AddRange(Masked.OfText(secret.Name, text)));
        return spelt;
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static IEnumerable<string> InStore(TestDevice device, List<Masked> secrets)
    {
        var files = Directory.EnumerateFiles(device.Directory, "*", SearchOption.AllDirectories).ToList();
        Assert.IsNotEmpty(files);
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var octets = new MemoryStream();
            stream.CopyTo(octets);
            foreach (var secret in secrets.Where(secret => secret.IsIn(octets.GetBuffer().AsSpan(0, (int)octets.Length))))
            {
                yield return $"{secret.Name} in {Path.GetFileName(file)}";
            }
        }
    }

    private static void TheSearchFindsWhatIsThere(Masked secret) => secret.Reveal(_ =>
        Assert.Contains(secret.Name, ProcessMemory.Find([secret]), "a search that finds nothing proves nothing"));

    private static List<byte[]> SealedLeaves(TestDevice device) =>
        [.. device.Durable.Tree.Find(DmDelegation.Tree.NodePath.Parse("./DMAcc/d-7QK2"))!.SelfAndDescendants()
            .Where(node => node.IsSecret).Select(node => node.Value.ToArray())];
}
