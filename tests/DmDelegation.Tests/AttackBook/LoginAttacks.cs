using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Keys;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T16, T17, T19, T22, T27, T34: getting in as B.</summary>
[TestClass]
public sealed partial class LoginAttacks
{
    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-180 (DelegationEvents.ServerAuthenticated: a fresh challenge), and without SEC-029 (NonceStore.Keep).
    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void A_recorded_login_or_proof_of_B_is_worth_nothing_T16_DEL_180(string authType)
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Given.Pending(device, Fortress.Part(id: "r").Exec());
        delegation["Account/AuthType"] = null;
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Cancel"))[^1].Status);
        device.Servers.Remove(Given.B);
        delegation = Fortress.Part().Exec();
        delegation["Account/AuthType"] = authType == "HMAC" ? null : authType;
        Given.Pending(device, delegation);

        // B comes, confirms and works, and somebody listens.
        List<(byte[] Body, string? Hmac)> heard = [];
        var (wire, b) = (new Wire(device, Given.B), device.Servers[Given.B]);
        foreach (var batch in (Batch[])[.. delegation.Confirming(), _ => [Dm.Replace(Fortress.Scope + "/leaf", "replayed"), Dm.Get(Fortress.Scope + "/leaf")]])
        {
            b.Script.Enqueue(batch);
        }

        for (wire.Open(); wire.Sent is not null;)
        {
            var (body, hmac) = wire.True()!.Value;
            heard.Add(((byte[])body.Clone(), hmac));
            wire.Say(body, hmac);
        }

        Assert.AreEqual(("replayed", DelegationState.Active), (device.ValueOf(Fortress.Scope + "/leaf"), device.Record(delegation.Id).State), Given.Log(device));
        wire.Hang();
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace(Fortress.Scope + "/leaf", "fresh"))[0].Status);
        var (random, before) = (new Random(20_300_117), Witness.Terms(device.Record(delegation.Id)));
        TestContext.WriteLine("T16: seed 20300117");
        for (var n = 0; n < Siege.Commands;)
        {
            wire.Open();
            for (var messages = random.Next(1, 4); messages > 0 && wire.Sent is { } sent; messages--, n++)
            {
                var (body, hmac) = heard[random.Next(heard.Count)];
                var session = wire.Message!.Header;
                wire.Say(random.Next(5) == 0 ? body : Adapted(body, session.SessionID, session.MsgID, random), hmac);
                Assert.IsTrue(wire.Sent is null || !wire.Message!.Commands.Any(IsDone), "the device did what a recording asked");
            }

            wire.Hang();
            Assert.AreEqual("fresh", device.ValueOf(Fortress.Scope + "/leaf"));
            Assert.AreEqual((DelegationState.Active, before), (device.Record(delegation.Id).State, Witness.Terms(device.Record(delegation.Id))));
        }

        // A proof for the challenge of a session that broke off, said in the sessions after it by somebody who has the login but not the key.
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Get("./DevInfo/Man"))[0].Status, "B itself is not locked out\n" + Given.Log(device));
        home.ComesBackWithRevoke(device, delegation);
        device.Servers.Remove(Given.B);
        var next = Given.Pending(device, Fortress.Part(id: "NEXT").Exec());
        var proof = next.Proof(device.Manage(Given.B, Dm.Get(next.Uri + "/Confirm/Challenge"))[0].Octets);
        for (var sessions = 0; device.Record(next.Id).State == DelegationState.Pending; sessions++)
        {
            Assert.IsLessThan(5, sessions);
            device.Manage(Given.B, _ => [Dm.Get(next.Uri + "/Confirm/Challenge")], _ => [next.Operation("Confirm", proof), next.Operation("Confirm", proof)]);
        }

        Given.Ended(device, next.Id, DelegationState.Failed, 171);
        home.IsBack(device);
    }

    // Red without SEC-066 (AccountCredentials.IsMac: true) and without DEL-184 (DelegationEvents.CountBadAttempt: no lockout).
    [TestMethod]
    public void A_guessed_key_opens_nothing_and_guessing_ends_T17_DEL_184_DEL_151_DEL_158()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var siege = new Siege(device, 17, TestContext);
        siege.After = () => Assert.AreEqual(0, siege.Executed);
        var arsenal = new Arsenal(siege.Random, device);
        for (var round = 0; siege.Sent < Siege.Commands; round++)
        {
            var weak = new Delegating($"w{round}") { Tdk = arsenal.Of(new byte[32], Encoding.ASCII.GetBytes("correct horse battery staple 1234"[..32]), RandomNumberGenerator.GetBytes(31), [.. Enumerable.Repeat<byte>(7, 31), 200]) };
            Assert.AreEqual(403, device.Start(weak).Status);
            var delegation = arsenal.OneIn(2) ? Fortress.Part(id: $"r{round}") : Fortress.Part(id: $"r{round}").Exec();
            Given.Pending(device, delegation);
            for (var logins = 0; device.Record(delegation.Id).State == DelegationState.Pending; logins++)
            {
                Assert.IsLessThan(5, logins, "guessing goes on");
                device.Servers[Given.B].ServerInner = ScriptedServer.Inner(Given.B, Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))[..43]));
                siege.Session(() => arsenal.Any(arsenal.Below(Fortress.Scope, "./DevInfo", "./DMAcc/d-")), messages: 2);
            }

            Given.Ended(device, delegation.Id, DelegationState.Failed, 171);
            home.IsBack(device);
            device.Servers.Remove(Given.B);
            device.Advance(TimeSpan.FromHours(2)); // failed Starts of an hour ago no longer count
        }

        siege.Report();
    }

    // Red without DEL-162 (DelegationKeys.IsProof, or AccountCredentials.IsMac: true) and without DEL-160 (DelegationKeys.FromEnvelope).
    [TestMethod]
    public void The_key_of_one_delegation_opens_no_other_and_none_with_other_terms_T19_DEL_160_DEL_162_DEL_165()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var siege = new Siege(device, 19, TestContext);
        siege.After = () => Assert.IsTrue(siege.Executed == 0 || device.Record(device.Durable.Records.Keys.Max()!).State != DelegationState.Active, "other terms were confirmed");
        var arsenal = new Arsenal(siege.Random, device);
        for (var round = 0; siege.Sent < Siege.Commands; round++)
        {
            var (delegation, exec) = (Fortress.Part(id: $"r{round:D3}"), arsenal.OneIn(2));
            delegation = exec ? delegation.Exec() : delegation;
            Given.Pending(device, delegation);
            var (other, b) = (Altered(delegation, arsenal, device.Servers[Given.A].Outcomes), device.Servers[Given.B]);
            var challenge = "";
            b.ServerInner = exec ? b.ServerInner : other.MakeB().ServerInner;
            for (var logins = 0; device.Record(delegation.Id).State == DelegationState.Pending && logins < 6; logins++)
            {
                // Whoever has the login already still lacks the proof.
                siege.Session(
                    () =>
                    {
                        challenge = b.Outcomes.LastOrDefault(outcome => outcome.Uri.EndsWith("Challenge", StringComparison.Ordinal) && outcome.Status == 200)?.Text ?? challenge;
                        return exec && arsenal.OneIn(4) ? Dm.Get(delegation.Uri + "/Confirm/Challenge")
                            : exec && arsenal.OneIn(2) ? delegation.Operation("Confirm", other.Proof(Convert.FromBase64String(challenge)))
                            : arsenal.Any(arsenal.Below(Fortress.Scope));
                    },
                    messages: 3);
            }

            Given.Ended(device, delegation.Id, DelegationState.Failed, 171);
            home.IsBack(device);
            device.Servers.Remove(Given.B);

            // A blob cut out of another delegation, with a voucher that fits it.
            var cut = Fortress.Part(id: $"c{round:D3}").Cms();
            cut.KeyValue = KeyEnvelope.Seal(cut.Tdk, arsenal.Of("OTHER", cut.Id), arsenal.Of("other-device", TestDevice.DeviceId), "d.example", TestPki.Shared.Device);
            Assert.AreEqual(403, device.Start(cut).Status);
            Assert.AreEqual(151, device.LastReason());
            device.Advance(TimeSpan.FromHours(2));
        }

        siege.Report();
    }

    // Red without DEL-172 (ClientAuthentication.IsOfType: any) and without DEL-171 (ServerAuthentication.VerifyMac: Downgrade).
    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void Nobody_talks_the_device_down_to_a_weaker_scheme_T22_DEL_171_DEL_172_DEL_324(string authType)
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Fortress.Part();
        delegation["Account/AuthType"] = authType == "HMAC" ? null : authType;
        Given.Active(device, delegation);
        var (siege, b) = (new Siege(device, 22, TestContext), device.Servers[Given.B]);
        var (arsenal, fair, executed) = (new Arsenal(siege.Random, device), true, 0);
        siege.After = () =>
        {
            Assert.IsTrue(fair || siege.Executed == executed, "executed under a weaker scheme");
            executed = siege.Executed;
        };
        b.OnMessage = message => Assert.IsTrue(
            message.Header.Cred is null || (authType == "DIGEST" && message.Header.Cred.Meta?.Type == "syncml:auth-md5"),
            $"the device shows a credential of type {message.Header.Cred?.Meta?.Type}");
        while (siege.Sent < Siege.Commands)
        {
            fair = arsenal.OneIn(6);
            string[] types = authType == "HMAC" ? ["syncml:auth-basic", "syncml:auth-md5", "syncml:auth-x", ""] : ["syncml:auth-basic", "syncml:auth-x", ""];
            // One means at a time, so that each has to be stopped by itself.
            b.OwnCred = fair || arsenal.OneIn(2) ? null : new Cred(new MetaInfo { Format = "b64", Type = arsenal.Of(types) }, Convert.ToBase64String("b.example:secret"u8));
            b.ChallengeType = fair || b.OwnCred is not null ? null : arsenal.Of(types);
            b.KnowsDevice = fair || arsenal.OneIn(2) || b.OwnCred is not null;
            b.SendCredential = fair || arsenal.OneIn(2) || b.OwnCred is not null;
            // With DIGEST a challenge nobody asked for is passed over; then what B shows must be wrong.
            b.WrongCredential = !fair && b.OwnCred is null && (authType == "DIGEST" || !b.SendCredential);
            siege.Session(() => arsenal.OneIn(3) ? Dm.Replace("./DMAcc/d-7QK2/AAuthPref", arsenal.Of("BASIC", authType == "HMAC" ? "DIGEST" : "NONE", "TRANSPORT")) : arsenal.Any(arsenal.Below(Fortress.Scope)), messages: 2);
            (b.WrongCredential, b.SendCredential, b.KnowsDevice, b.OwnCred, b.ChallengeType, fair) = (false, true, true, null, null, true);
            siege.Session(() => Dm.Get("./DevInfo/Man"), messages: 1);
        }

        siege.Report();
        Assert.AreEqual(authType, device.ValueOf("./DMAcc/d-7QK2/AAuthPref"));
        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-184 (SessionEngine.FailServer: WrongCredentialSeen) and without DEL-186 (LoginFailed: only Pending).
    [TestMethod]
    [DataRow(DelegationState.Pending)]
    [DataRow(DelegationState.Active)]
    public void Outsiders_who_make_logins_fail_neither_lock_out_nor_end_T27_DEL_184_DEL_186(DelegationState state)
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Fortress.Part();
        delegation["Confirm/Window"] = "604800";
        _ = state == DelegationState.Pending ? Given.Pending(device, delegation) : Given.Active(device, delegation);
        var (siege, b) = (new Siege(device, 27, TestContext), device.Servers[Given.B]);
        siege.After = () => Assert.AreEqual(0, siege.Executed);
        var (arsenal, failures) = (new Arsenal(siege.Random, device), 0);
        for (; siege.Sent < Siege.Commands || failures < 100; failures++)
        {
            Action[] means =
            [
                () => b.SendCredential = false, // asks, and shows nothing
                () => b.Patch = body => body[..siege.Random.Next(1, body.Length)], // broken on the way
                () => b.Patch = body => [.. body, .. "<x/>"u8],
                () => b.BreaksAfter = _ => true,
                () => b.Reachable = false,
                () => device.Transport = new(true, false, false),
                () => b.WrongCredential = state == DelegationState.Active, // in Active this is an outsider's means too
            ];
            arsenal.Of(means)();
            if (state == DelegationState.Active || !b.SendCredential || b.Patch is not null || b.BreaksAfter is not null || !b.Reachable)
            {
                b.SendCredential = b.WrongCredential;
                siege.Session(() => arsenal.Any(arsenal.Below(".", Fortress.Scope)), messages: 2);
            }

            (b.SendCredential, b.Patch, b.BreaksAfter, b.Reachable, b.WrongCredential, device.Transport) = (true, null, null, true, false, new(true, true, false));
            Assert.AreEqual((state, 0), (device.Record(delegation.Id).State, device.Record(delegation.Id).Reason), Given.Log(device));
        }

        siege.Report();
        Assert.AreEqual(0, device.Record(delegation.Id).Grant!.BadAttempts);
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Get("./DevInfo/Man"))[^1].Status, "B itself still gets in\n" + Given.Log(device));
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State);
        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-187 (ServerAuthentication.VerifyMac: another answer to an unknown user name). Speed is not measured (design 5): that no
    // comparison of secrets is made but in constant time is for the reader; that nothing else tells them apart is here.
    [TestMethod]
    public void All_wrong_credentials_get_one_and_the_same_answer_T34_DEL_187()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part());
        var (wire, random) = (new Wire(device, Given.B), new Random(20_300_134));
        var answers = Enumerable.Range(0, 4).Select(_ => new SortedSet<string>(StringComparer.Ordinal)).ToArray();
        TestContext.WriteLine("T34: seed 20300134");
        for (var n = 0; n < Siege.Commands; n++)
        {
            device.Servers[Given.B].Script.Enqueue(_ => [Dm.Get("./DevInfo/Man"), Dm.Replace(Fortress.Scope + "/leaf", "never"), Dm.Exec(delegation.Uri + "/Operations/Relinquish")]);
            var nonce = device.Servers[Given.B].ClientNonce;
            wire.Open();
            var (body, hmac) = wire.True()!.Value;
            device.Servers[Given.B].ClientNonce = nonce; // the device learns none from a server it does not believe
            var mac = Convert.FromBase64String(hmac![(hmac!.IndexOf("mac=", StringComparison.Ordinal) + 4)..]);
            var kind = random.Next(4);
            switch (kind)
            {
                case 0: mac[random.Next(16)] ^= (byte)(1 << random.Next(8)); break; // right up to one bit
                case 1: random.NextBytes(mac.AsSpan(random.Next(16))); break; // right up to one octet
                case 2: body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("<LocName>b.example<", $"<LocName>u{n}<", StringComparison.Ordinal)); break;
                default: random.NextBytes(mac); break;
            }

            wire.Say(body, $"algorithm=MD5, username=\"{(kind == 2 ? $"u{n}" : "b.example")}\", mac={Convert.ToBase64String(mac)}");
            answers[kind].Add(string.Join(' ', wire.Message!.Commands.Select(command => command is Status status ? $"{status.Cmd} {status.Data} {(status.Chal is { } chal ? chal.Meta.Type : "")}" : command.Name)));
            wire.Hang();
        }

        Assert.IsTrue(answers.All(one => one.SetEquals(answers[0])), string.Join('\n', answers.Select(one => string.Join(" | ", one))));
        Assert.AreEqual("2", device.ValueOf(Fortress.Scope + "/leaf"));
        home.ComesBackWithRevoke(device, delegation);
    }

    private static bool IsDone(Command command) => command is Results || (command is Status { Data: 200 } status && status.Cmd != Status.SyncHdrCmd && status.Cmd != nameof(Alert));

    /// <summary>The recording, with the numbers of the present session.</summary>
    private static byte[] Adapted(byte[] body, string session, int message, Random random)
    {
        var text = Encoding.UTF8.GetString(body);
        text = SessionId().Replace(text, $"<SessionID>{session}</SessionID>", 1);
        text = MsgId().Replace(text, $"<MsgID>{message}</MsgID>", 1);
        return Encoding.UTF8.GetBytes(random.Next(3) == 0 ? text : MsgRef().Replace(text, $"<MsgRef>{message}</MsgRef>"));
    }

    /// <summary>The same key with one term other than A's.</summary>
    private static Delegating Altered(Delegating delegation, Arsenal arsenal, IReadOnlyList<Outcome> asked)
    {
        var other = new Delegating(arsenal.OneIn(8) ? "OTHER" : delegation.Id, arsenal.OneIn(8) ? "d.example" : delegation.A) { Tdk = delegation.Tdk };
        foreach (var (leaf, value) in delegation.Leaves)
        {
            other[leaf] = value;
        }

        other.Scope.Clear();
        other.Scope.AddRange(delegation.Scope);
        other.Learn(asked);
        Action[] changes =
        [
            () => other.Scope[0] = other.Scope[0] with { Uri = "./SCM" }, () => other.Scope[0] = other.Scope[0] with { Rights = "Get" }, () => other.Scope.Add(new("./Net", "Get")),
            () => other["Control"] = "shared", () => other["Expiry/MaxSeconds"] = "86400", () => other["Expiry/NotAfter"] = "20310101T000000Z", () => other["SubDelegation"] = "1",
            () => other["Account/Addr"] = "https://evil.example/dm", () => other["Account/ClientName"] = "dev-43", () => other["Account/ConRef"] = "x", () => other.CertPin = new byte[32],
            () => other["Confirm/Mode"] = other["Confirm/Mode"] == "exec" ? "auth" : "exec", () => other["Confirm/Window"] = "3601", () => other["Policy/RotateWithin"] = "300",
            () => other["Policy/OnTimeUnknown"] = "budget", () => other.GivenSeq = (other.Seq + 1).ToString(), () => other["DurationType"] = "temporary", () => other["ScopeType"] = "full",
        ];
        arsenal.Of(changes)();
        return other;
    }

    [GeneratedRegex("<SessionID>[^<]*</SessionID>")]
    private static partial Regex SessionId();

    [GeneratedRegex("<MsgID>[^<]*</MsgID>")]
    private static partial Regex MsgId();

    [GeneratedRegex("<MsgRef>[^<]*</MsgRef>")]
    private static partial Regex MsgRef();
}
