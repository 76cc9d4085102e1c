using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.Keys;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T15, T20, T21, T30, T35: what is in a Delegation Command, and what becomes of it.</summary>
[TestClass]
public sealed class KeyAttacks
{
    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-100, without DEL-101 (StartChecks.Nonce, Seq) and without DEL-106 (RecordEditor: tombstones).
    [TestMethod]
    public void A_recorded_Delegation_Command_starts_nothing_again_T15_DEL_100_DEL_101_DEL_106_DEL_194()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        List<Delegating> heard = [];
        for (var i = 0; i < 4; i++)
        {
            heard.Add(Given.Active(device, Fortress.Part(id: $"r{i}")));
            Assert.AreEqual(200, device.Manage(Given.A, Dm.Delete(heard[^1].Uri))[0].Status);
            Assert.AreEqual(200, device.Manage(Given.A, Dm.Delete(heard[^1].Uri))[0].Status, "purged; the tombstone stays");
            device.Servers.Remove(Given.B);
        }

        var siege = new Siege(device, 15, TestContext, Given.A);
        siege.Witness.Canaries.Clear();
        siege.After = () => Assert.IsFalse(device.Durable.Records.Values.Any(record => record.State.IsLive()), "a recording was started");
        var arsenal = new Arsenal(siege.Random, device);
        for (var n = 0; siege.Sent < Siege.Commands; n++)
        {
            var old = arsenal.Of([.. heard]);
            var kind = siege.Random.Next(5);
            var again = new Delegating(kind is 0 or 4 ? old.Id : $"n{n}") { Tdk = old.Tdk };
            (again.GivenNonce, again.GivenSeq) = kind switch
            {
                0 => (null, null), // only the name is old
                1 => ((byte[]?)old.Nonce, (string?)null), // the number is new, the nonce is not
                2 => (null, old.Seq.ToString()), // the other way round
                4 => (old.Nonce, old.Seq.ToString()), // word for word
                _ => (null, (long.MaxValue - n).ToString()), // a wild one
            };
            var status = siege.Start(again).Status;
            Assert.IsGreaterThanOrEqualTo(400, status);
            Assert.IsTrue(kind is 0 or 4 || device.LastReason() == (kind == 1 ? 110 : 111), $"{kind}: {device.LastReason()}\n{Given.Log(device)}");
            device.Manage(Given.A, Dm.Delete(again.Uri));
            if (arsenal.OneIn(10))
            {
                device.Reboot(TimeSpan.FromMinutes(1));
            }

            device.Advance(TimeSpan.FromHours(1));
        }

        siege.Report();
        home.IsBack(device);
        var honest = Given.Active(device, Fortress.Part(id: "honest"));
        home.ComesBackWithRevoke(device, honest);
    }

    // Red without DEL-159 (KeyCheck.Run: the key before the voucher) and without DEL-164 (VoucherVerifier.IsSigned).
    [TestMethod]
    public void No_octets_of_blob_or_voucher_break_or_teach_anything_T20_DEL_086_DEL_158_DEL_159_DEL_164_DEL_337()
    {
        var key = new CountingDeviceKey(TestPki.Shared.DeviceKey);
        using var device = Fortress.Build(change: setup => setup.DeviceKey = key);
        var home = Home.Of(device);
        var siege = new Siege(device, 20, TestContext, Given.A);
        // An envelope is not authenticated (DEL-159): one whose first block came out as another key is A's own order, and its check value tells (DEL-156).
        Delegating? ordered = null;
        siege.After = () => Assert.IsTrue(
            device.Durable.Records.Values.All(record => !record.State.IsLive() || (ordered is not null && !IsCheckOf(ordered, record.Grant!.Check.Span))), "octets out of order were taken");
        var (arsenal, told) = (new Arsenal(siege.Random, device), new HashSet<string>(StringComparer.Ordinal));
        var form = new EnvelopeForm();
        for (var n = 0; siege.Sent < 3 * Siege.Commands; n++)
        {
            var delegation = Fortress.Part(id: $"k{n}").Cms();
            var good = form.Seal(KeyEnvelope.Plaintext(delegation.Tdk, delegation.Id, TestDevice.DeviceId, delegation.B));
            var (blob, unwraps, allocated) = (arsenal.OneIn(2), key.Unwraps, GC.GetAllocatedBytesForCurrentThread());
            delegation.KeyValue = blob ? Broken(good, siege.Random, 4096) : good;
            ordered = blob ? delegation : null;
            siege.Start(delegation, () => delegation.Voucher = blob ? null : Broken(delegation.SignedVoucher(good), siege.Random, 16_384));
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.IsLessThan(32_000_000, allocated, "memory out of bounds");
            var reason = device.LastReason();
            if (blob && device.Record(delegation.Id).State.IsLive())
            {
                device.Manage(Given.A, Dm.Exec(delegation.Uri + "/Operations/Cancel"));
            }
            else if (blob)
            {
                told.Add($"{reason} {device.Servers[Given.A].Alerts[^1].Element("Reason")} {device.Servers[Given.A].Alerts[^1].Mark}");
            }
            else
            {
                Assert.IsTrue(reason is >= 140 and <= 144, $"reason {reason}");
                Assert.AreEqual(unwraps, key.Unwraps, "decrypted before the voucher was good");
            }

            device.Manage(Given.A, Dm.Delete(delegation.Uri));
            device.Advance(TimeSpan.FromHours(1));
        }

        Assert.HasCount(1, told, string.Join(", ", told));
        siege.Report();
        home.IsBack(device);
        home.ComesBackWithRevoke(device, Given.Active(device, Fortress.Part().Cms()));
    }

    private static bool IsCheckOf(Delegating delegation, ReadOnlySpan<byte> check) =>
        System.Security.Cryptography.HMACSHA256.HashData(delegation.Tdk, (byte[])[.. "check"u8, .. delegation.BindingHash()]).AsSpan(0, 8).SequenceEqual(check);

    // Red without DEL-163 (VoucherVerifier.IsTrusted) and without DEL-165 (VoucherContent.Compare).
    [TestMethod]
    public void A_voucher_by_somebody_else_or_about_something_else_is_none_T21_DEL_163_DEL_165()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var siege = new Siege(device, 21, TestContext, Given.A);
        siege.After = () => Assert.IsFalse(device.Durable.Records.Values.Any(record => record.State.IsLive()), "started with a voucher that does not fit");
        var arsenal = new Arsenal(siege.Random, device);
        using var strange = new CertificateAuthority("strange", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2060, 1, 1, 0, 0, 0, TimeSpan.Zero));
        X509Certificate2[] others = [strange.IssueVoucherSigner("a.example"), TestPki.Shared.VoucherAuthority.IssueVoucherSigner("d.example"), TestPki.Shared.TlsAuthority.IssueVoucherSigner("a.example"), TestPki.Shared.VoucherAuthority.IssueVoucherSigner("b.example")];
        for (var n = 0; siege.Sent < 2 * Siege.Commands; n++)
        {
            var (delegation, foreign) = (Fortress.Part(id: $"v{n}"), arsenal.OneIn(3));
            siege.Start(delegation, () =>
            {
                var cms = new SignedCms();
                cms.Decode(delegation.SignedVoucher(delegation.Tdk));
                var content = Encoding.UTF8.GetString(cms.ContentInfo.Content);
                delegation.Voucher = foreign
                    ? Voucher.Sign(cms.ContentInfo.Content, arsenal.Of(others))
                    : Voucher.Sign(Encoding.UTF8.GetBytes(Other(content, arsenal)), TestPki.Shared.VoucherSigner);
            });
            Assert.IsTrue(device.LastReason() == (foreign ? 142 : 143) || (!foreign && device.LastReason() == 144), Given.Log(device));
            device.Manage(Given.A, Dm.Delete(delegation.Uri));
            device.Advance(TimeSpan.FromHours(1));
        }

        siege.Report();
        home.IsBack(device);
        home.ComesBackWithRevoke(device, Given.Active(device, new Delegating { Signed = true }));
    }

    // Red without DEL-107 (ServerIdentifier.IsWellFormed in StartChecks.Server).
    [TestMethod]
    public void A_name_with_meta_characters_gets_into_no_ACL_T30_DEL_107_DEL_126()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var siege = new Siege(device, 30, TestContext, Given.A);
        siege.After = () => Assert.IsFalse(device.Durable.Records.Values.Any(record => record.State.IsLive()), "a name that is none was taken");
        var arsenal = new Arsenal(siege.Random, device);
        string[] metas = ["*", "+", "&", "=", " ", "\t", "+*", "&Add=*", "+a.example", "\u00a0", "\u2028", "\u3000"];
        for (var n = 0; siege.Sent < 2 * Siege.Commands; n++)
        {
            var name = arsenal.Of("evil.example", "b", "", "a.example").Insert(0, arsenal.OneIn(3) ? arsenal.Of(metas) : "");
            name = name.Insert(siege.Random.Next(name.Length + 1), arsenal.Of(metas));
            var delegation = new Delegating($"m{n}", b: name) { ["Account/Addr"] = "https://evil.example/dm" };
            var status = siege.Start(delegation).Status;
            Assert.IsTrue(status >= 400 && device.LastReason() is 106 or 101, $"'{name}': {status} {device.LastReason()}");
            device.Manage(Given.A, Dm.Delete(delegation.Uri));
            device.Advance(TimeSpan.FromHours(1));
        }

        siege.Report();
        home.IsBack(device);
    }

    // Red without DEL-190 (SecretNames.OfNode: one name for all).
    [TestMethod]
    public void Secrets_are_in_no_answer_and_no_log_and_a_swapped_one_is_worth_nothing_T35_DEL_190_DEL_195_DEL_188()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part().Exec());
        using var keys = delegation.Keys();
        string[] secrets =
        [
            Convert.ToBase64String(delegation.Tdk), Convert.ToHexStringLower(delegation.Tdk), Encoding.ASCII.GetString(DelegationKeys.Password(keys.ClientCredential)),
            Encoding.ASCII.GetString(DelegationKeys.Password(keys.ServerCredential)), Encoding.ASCII.GetString(device.Servers[Given.B].ServerInner), Convert.ToBase64String(keys.Proof),
        ];
        foreach (var server in (string[])[Given.B, Given.Home, Given.A])
        {
            var siege = new Siege(device, 35, TestContext, server);
            siege.Witness.Canaries.Clear();
            siege.Witness.Canaries.AddRange(["client-secret-for-", "server-secret-of-", .. secrets]);
            var arsenal = new Arsenal(siege.Random, device);
            siege.Run(() => arsenal.Weighted(
                (4, () => arsenal.Read(arsenal.Below("./DMAcc"))), (3, () => arsenal.Read($"{delegation.Uri}/{arsenal.Of("Key/Value", "Key", "Key/Check", "Voucher", "Confirm/Challenge", "Log", "Nonce")}")),
                (2, () => arsenal.Read(arsenal.Of("./DMAcc", ".", "./Delegation", "./Delegation/Log"))),
                (2, () => Dm.Copy(arsenal.Below("./DMAcc"), arsenal.Below("./SCM")))), Siege.Commands / 3);
        }

        var lines = string.Join('\n', device.Log.SelectMany(line => line.Fields.Select(field => field.Value).Prepend(line.Text)));
        Assert.IsFalse(secrets.Any(secret => lines.Contains(secret, StringComparison.Ordinal)), "a secret in the log");

        // Whoever has the disk puts B's sealed secrets where A's are, and lets B come as A.
        foreach (var leaf in (string[])["AAuthSecret", "AAuthData"])
        {
            device.Tamper(state =>
            {
                var tree = new TreeTransaction(state.Tree, device.Now.Wall);
                var (from, to) = (state.Tree.Find(NodePath.Parse("./DMAcc/d-7QK2/AppAuth/s/" + leaf))!, state.Tree.Find(NodePath.Parse("./DMAcc/home/AppAuth/s/" + leaf))!);
                tree.SetValue(to.Id, to.Format, to.Type, from.Value);
                return state with { Tree = tree.Current };
            });
        }

        device.Servers[Given.Home].ServerInner = device.Servers[Given.B].ServerInner;
        device.Servers[Given.Home].ServerNonce = device.Servers[Given.B].ServerNonce;
        device.Manage(Given.Home, Dm.Replace("./DevInfo/Man", "stolen"));
        Assert.AreEqual("Example", device.ValueOf("./DevInfo/Man"));
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
        Assert.IsFalse(device.Exists("./DMAcc/d-7QK2"));
        Assert.IsNotNull(home);
    }

    private static byte[] Broken(byte[] good, Random random, int room)
    {
        var octets = (byte[])good.Clone();
        switch (random.Next(7))
        {
            case 0:
                octets[random.Next(octets.Length)] ^= (byte)(1 << random.Next(8));
                return octets;
            case 1: return octets[..random.Next(1, octets.Length)];
            case 2: return [.. octets, .. RandomNumberGenerator.GetBytes(random.Next(1, 9))];
            case 3: return [.. Enumerable.Repeat<byte[]>([0x30, 0x80], random.Next(10, room / 2)).SelectMany(pair => pair)];
            case 4:
                octets[1] = (byte)random.Next(0x80, 0x100); // a length of any size
                return octets;
            case 5:
                var at = random.Next(octets.Length - 8);
                RandomNumberGenerator.Fill(octets.AsSpan(at, random.Next(1, 8)));
                return octets;
            default: return RandomNumberGenerator.GetBytes(random.Next(1, room));
        }
    }

    /// <summary>The content with one field altered, removed, added or named twice.</summary>
    private static string Other(string content, Arsenal arsenal)
    {
        (string Old, string New)[] changes =
        [
            ("\"version\":\"1\"", "\"version\":\"2\""), ("\"assertion\":\"delegated\"", "\"assertion\":\"logged\""), (TestDevice.DeviceId, "urn:uuid:another-device"),
            ("\"delegating-server\":\"a.example\"", "\"delegating-server\":\"d.example\""), ("\"delegated-server\":\"b.example\"", "\"delegated-server\":\"d.example\""),
            ("\"delegation-id\":\"v", "\"delegation-id\":\"w"), ("\"scope-type\":\"partial\"", "\"scope-type\":\"full\""), ("until-revoked", "final"), ("./SCM/dir", "./SCM"), ("Add+Delete", "Add"),
            ("\"addr\":\"https://b.example/dm\"", "\"addr\":\"https://evil.example/dm\""), ("\"client-name\":\"dev-42\"", "\"client-name\":\"dev-43\""), ("\"confirm-mode\":\"auth\"", "\"confirm-mode\":\"exec\""),
            ("\"window\":3600", "\"window\":3601"), ("\"window\":3600", "\"window\":\"3600\""), ("\"seq\":", "\"seq\":1"), ("\"nonce\":\"", "\"nonce\":\"AAAA"), ("\"key-digest\":\"", "\"key-digest\":\"AAAA"),
            ("\"version\"", "\"unknown\":1,\"version\""), ("\"version\"", "\"version\":\"1\",\"version\""), ("\"version\"", "\"max-seconds\":60,\"version\""), ("\"version\":\"1\",", ""),
            ("\"addr\"", "\"ref\":\"./DMAcc/a\",\"addr\""), ("\"confirm-mode\":\"auth\",", ""), ("\"window\":3600", "\"window\":3600.0"), ("\"version\"", "\"pinned-spki\":\"AAAA\",\"version\""),
        ];
        var (from, to) = arsenal.Of(changes);
        Assert.Contains(from, content);
        return content.Replace(from, to, StringComparison.Ordinal);
    }
}
