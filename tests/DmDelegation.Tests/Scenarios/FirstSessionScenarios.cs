using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;
using static DmDelegation.Tests.Scenarios.Harness.Starting;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.3: B's first session. It proves that it has the key, or it gets nothing.</summary>
[TestClass]
public sealed class FirstSessionScenarios
{
    private static readonly TimeSpan UntilFirstContact = TimeSpan.FromSeconds(61);

    [TestMethod]
    [DataRow("scope")]
    [DataRow("OnTimeUnknown")]
    [DataRow("key")]
    public void S_071_Who_derives_from_anything_else_does_not_get_in_DEL_150_DEL_162_DEL_366(string difference)
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Policy/OnTimeUnknown"] = "suspend" };
        var answers = device.Manage("a.example", delegation.Ask(), delegation.Build());
        Assert.AreEqual(200, answers[^1].Status, device.LogText());

        var other = new Delegating { Tdk = delegation.Tdk, ["Policy/OnTimeUnknown"] = "suspend" };
        other.Learn(answers);
        CollectionAssert.AreEqual(delegation.BindingHash(), other.BindingHash());
        switch (difference)
        {
            case "scope": other.Scope[0] = new ScopeEntry("./SCN", other.Scope[0].Rights); break;
            case "OnTimeUnknown": other["Policy/OnTimeUnknown"] = null; break;
            default: other.Tdk = Delegating.StrongKey(); break;
        }

        var stranger = other.MakeB();
        device.Servers["b.example"] = stranger;
        device.Advance(UntilFirstContact);
        Assert.AreEqual(1, stranger.Sessions);
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        Assert.IsEmpty(stranger.Alerts);
        Assert.AreEqual(1, device.Record("7QK2").Grant!.BadAttempts);
        Assert.IsNotNull(device.Ended.Last(ended => ended.Server == "b.example").Error);

        device.Servers["b.example"] = delegation.MakeB();
        device.Advance(TimeSpan.FromMinutes(5));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
    }

    [TestMethod]
    [DataRow("answers with basic")]
    [DataRow("challenges with basic")]
    [DataRow("challenges with DIGEST")]
    public void S_072_Nothing_weaker_than_the_account_s_scheme_is_spoken_DEL_171_DEL_172(string weakness)
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        var b = delegation.MakeB();
        switch (weakness)
        {
            case "answers with basic":
                b.SendCredential = false;
                b.OwnCred = new Cred(new MetaInfo { Format = "b64", Type = "syncml:auth-basic" }, Convert.ToBase64String("b.example:secret"u8));
                break;
            case "challenges with basic":
                (b.KnowsDevice, b.ChallengeType) = (false, "syncml:auth-basic");
                break;
            default:
                (b.KnowsDevice, b.ChallengeType) = (false, "syncml:auth-md5");
                break;
        }

        device.Servers["b.example"] = b;
        device.Advance(UntilFirstContact);
        Assert.AreEqual(1, b.Sessions);
        Assert.HasCount(1, b.Received, "the session is over with the demand");
        Assert.IsTrue(b.Received.TrueForAll(message => message.Header.Cred is null), "no credential left the device");
        Assert.IsNotNull(device.Ended.Last(ended => ended.Server == "b.example").Error);
        Assert.Contains(LogCodes.Downgrade, device.Log.Select(line => line.Code).ToList());
        Assert.AreEqual((DelegationState.Pending, 0), (device.Record("7QK2").State, device.Record("7QK2").Grant!.BadAttempts));
    }

    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void S_073_TLS_on_both_sides_is_no_proof_of_the_key_DEL_173(string authType)
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Account/AuthType"] = authType };
        device.StartAccepted(delegation);
        device.Transport = new(true, true, true);
        var b = delegation.MakeB();
        b.SendCredential = false;
        b.Script.Enqueue(Say(Dm.Get("./SCM/x"), Dm.Replace("./SCM/x", "mine")));
        device.Servers["b.example"] = b;
        device.Advance(UntilFirstContact);
        Assert.AreEqual(1, b.Sessions);
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        Assert.IsTrue(b.Outcomes.All(outcome => outcome.Status is 407 && outcome.Results.IsEmpty), "nothing but Status goes to a server that is not authenticated");
        Assert.IsEmpty(b.Alerts);
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
    }

    [TestMethod]
    public void S_074_Before_Confirm_B_has_the_pre_confirmation_list_and_nothing_else_DEL_128_DEL_175()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Exec();
        device.StartAccepted(delegation);
        device.Servers["b.example"] = delegation.MakeB();
        const string secret = "./DMAcc/d-7QK2/AppAuth/c/AAuthSecret";
        var reasons = new List<int>();
        device.Manage(
            "b.example",
            Say(Dm.Get("./SCM/x")),
            Noting(Dm.Replace("./SCM/x", "mine")),
            Noting(Dm.Get(delegation.Uri), Dm.Get(delegation.Uri + "/State"), Dm.Get("./DevInfo/DevId"), Dm.Replace(secret, "a new secret of B, long enough")),
            Say(Dm.Add("./SCM/new", "1"), Dm.Delete("./SCM/x"), Dm.Get("./Net/eth0"), Dm.Get("."), Dm.Add("./Delegation/OF-B/ScopeType", "partial"), Dm.Replace("./DMAcc/d-7QK2/AppAddr/1/Addr", "https://c.example/dm")))
            .Answers(425, 425, 200, 200, 200, 200, 425, 425, 425, 425, 425, 425);
        CollectionAssert.AreEqual(new[] { 173, 173 }, reasons);
        Assert.AreEqual(173, device.LastReason());
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));

        Batch Noting(params Command[] commands) => _ =>
        {
            reasons.Add(device.LastReason());
            return commands;
        };
    }

    [TestMethod]
    public void S_075_A_proof_fits_one_challenge_and_one_attempt_DEL_176_DEL_180()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Exec();
        device.StartAccepted(delegation);
        var b = delegation.MakeB();
        device.Servers["b.example"] = b;
        var challenges = new List<byte[]>();
        Batch ask = Say(Dm.Get(delegation.Uri + "/Confirm/Challenge"));
        Command ConfirmWith(IReadOnlyList<Outcome> before, Func<byte[], string> proof)
        {
            challenges.Add(before[0].Octets);
            return delegation.Operation("Confirm", proof(before[0].Octets));
        }

        device.Manage("b.example", ask, before => [ConfirmWith(before, _ => Convert.ToBase64String(new byte[32]))], _ => [delegation.Operation("Confirm", delegation.Proof(challenges[0]))])
            .Answers(200, 403, 403);
        Assert.AreEqual(172, device.LastReason(), "the challenge is good for one attempt, a right proof behind it is too late");
        Assert.AreEqual(1, device.Record("7QK2").Grant!.BadAttempts, "a session counts once");
        Assert.AreEqual("172", b.Alerts.Single(alert => alert.Event == "Session").Element("Reason"));

        device.Manage("b.example", ask, before => [ConfirmWith(before, _ => delegation.Proof(challenges[0]))]).Answers(200, 403);
        Assert.AreEqual(172, device.LastReason());
        Assert.AreEqual(2, device.Record("7QK2").Grant!.BadAttempts);

        // The same at the end of an Atomic: what is rolled back does not give the attempt back (DEL-092, DEL-184).
        device.Manage("b.example", ask, before => [Dm.Atomic(ConfirmWith(before, _ => "AAAA"))], _ => [delegation.Operation("Confirm", delegation.Proof(challenges[2]))])
            .Answers(200, 507, 403, 403);
        Assert.AreEqual(3, device.Record("7QK2").Grant!.BadAttempts);

        device.Manage("b.example", ask, before => [ConfirmWith(before, challenge => delegation.Proof(challenge))]).Answers(200, 200);
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        Assert.HasCount(4, challenges.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).ToList(), "made anew for each session");
    }

    [TestMethod]
    public void S_076_Five_sessions_with_a_wrong_credential_end_it_DEL_184_DEL_270()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        var b = delegation.MakeB();
        b.WrongCredential = true;
        b.OnMessage = message =>
        {
            if (message.Header.MsgID == 1)
            {
                b.Script.Clear();
                b.Script.Enqueue(Say(Dm.Get("./SCM/x"))); // with nothing to answer there is no further challenge (SEC-045)
            }
        };
        device.Servers["b.example"] = b;
        while (b.Sessions < 4)
        {
            device.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.AreEqual((DelegationState.Pending, 4), (device.Record("7QK2").State, device.Record("7QK2").Grant!.BadAttempts));
        device.Advance(TimeSpan.FromMinutes(20));
        Assert.AreEqual(5, b.Sessions);
        device.HasFailed(delegation, 171, home);
        Assert.IsTrue(device.Record("7QK2").Grant!.SealedProofKey.IsEmpty && !device.Exists("./DMAcc/d-7QK2"));
        var end = device.Servers["a.example"].Alerts.Single(alert => alert.Event == "End");
        Assert.AreEqual(("171", "10", "critical"), (end.Element("Reason"), end.Element("State"), end.Mark));
    }

    [TestMethod]
    public void S_077_A_B_that_is_away_or_has_no_key_yet_is_not_locked_out_DEL_178_DEL_184()
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Confirm/Window"] = "604800" };
        device.StartAccepted(delegation);
        var b = delegation.MakeB();
        b.Reachable = false;
        device.Servers["b.example"] = b;
        Until(() => Attempts() >= 5);
        (b.Reachable, b.KnowsDevice, b.SendCredential) = (true, false, false);
        Until(() => Attempts() >= 10);
        Assert.AreEqual((DelegationState.Pending, 0), (device.Record("7QK2").State, device.Record("7QK2").Grant!.BadAttempts));

        (b.KnowsDevice, b.SendCredential) = (true, true);
        device.Advance(TimeSpan.FromHours(12));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State, device.LogText());

        int Attempts() => device.Ended.Count(ended => ended.Server == "b.example");

        void Until(Func<bool> done)
        {
            for (var minutes = 0; !done(); minutes++)
            {
                Assert.IsLessThan(7 * 24 * 60, minutes, "ten attempts fit into the window");
                device.Advance(TimeSpan.FromMinutes(1));
            }
        }
    }

    [TestMethod]
    public void S_079_After_T2_failed_logins_delay_and_end_nothing_DEL_186()
    {
        using var device = new TestDevice(setup => setup.Accounts["b.example"] = new AccountOptions { PollIntervalSeconds = 60 });
        var b = device.ActivateByItself(new Delegating { ["Policy/RotateWithin"] = "604800" });
        b.WrongCredential = true;
        var times = new List<long>();
        b.OnMessage = message =>
        {
            if (message.Header.MsgID == 1)
            {
                times.Add(device.Now.BootMs);
            }
        };
        device.Advance(TimeSpan.FromDays(2));
        Assert.IsGreaterThan(10, times.Count);
        Assert.IsLessThan(40, times.Count, "a session a minute would be 2880");
        var gaps = times.Zip(times.Skip(1), (one, next) => next - one).ToList();
        Assert.IsGreaterThan(gaps[0] * 10, gaps[^1]);
        Assert.IsTrue(gaps.TrueForAll(gap => gap <= 6 * 3_600_000), "the cap of DEL-242");
        Assert.AreEqual((DelegationState.Active, 0), (device.Record("7QK2").State, device.Record("7QK2").Grant!.BadAttempts));

        b.WrongCredential = false;
        device.Advance(TimeSpan.FromHours(7));
        device.Manage("b.example", Dm.Replace("./SCM/x", "of B")).Answers(200);
    }

    [TestMethod]
    public void S_084_A_cannot_answer_in_B_s_place_although_it_knows_the_key_DEL_093_DEL_174()
    {
        using var certificateOfA = TestPki.Shared.TlsAuthority.IssueServer("a.example");
        using var certificateOfB = TestPki.Shared.TlsAuthority.IssueServer("b.example");
        using var device = new TestDevice();
        var delegation = new Delegating { CertPin = CertificateAuthority.Pin(certificateOfB) };
        device.StartAccepted(delegation);
        var impostor = delegation.MakeB();
        impostor.TlsPin = CertificateAuthority.Pin(certificateOfA);
        device.Servers["b.example"] = impostor;
        device.Advance(UntilFirstContact);
        var attempt = device.Effects.OfType<SendMessage>().Single(message => message.Server == "b.example");
        Assert.AreEqual("https://b.example/dm", attempt.Uri.AbsoluteUri);
        CollectionAssert.AreEqual(delegation.CertPin, attempt.Pins.ToArray());
        Assert.AreEqual("tls-pin", device.Ended.Single(ended => ended.Server == "b.example").Error);
        Assert.IsEmpty(impostor.Received);
        Assert.AreEqual((DelegationState.Pending, 0), (device.Record("7QK2").State, device.Record("7QK2").Grant!.BadAttempts));

        var b = delegation.MakeB();
        b.TlsPin = CertificateAuthority.Pin(certificateOfB);
        device.Servers["b.example"] = b;
        device.Advance(TimeSpan.FromMinutes(5));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
    }

    [TestMethod]
    public void S_086_A_sealed_secret_opens_only_where_it_belongs_DEL_190_DEL_192()
    {
        using var device = new TestDevice();
        var (x, y) = (new Delegating("X", b: "x.example").Exec(), new Delegating("Y", b: "y.example").Exec());
        x.Scope[0] = new ScopeEntry("./SCM/dir", "Get+Replace");
        y.Scope[0] = new ScopeEntry("./Net", "Get+Replace");
        device.StartAccepted(x);
        device.StartAccepted(y);
        var (bx, by) = (x.MakeB(), y.MakeB());
        (device.Servers["x.example"], device.Servers["y.example"]) = (bx, by);

        // The proof key of X in the place of that of Y: B of X could confirm Y otherwise.
        device.Tamper(state => state with
        {
            Records = state.Records.SetItem("Y", state.Records["Y"] with
            {
                Grant = state.Records["Y"].Grant! with { SealedProofKey = state.Records["X"].Grant!.SealedProofKey },
            }),
        });
        device.Manage("y.example", [.. y.Confirming()]).Answers(200, 403);
        Assert.AreEqual(DelegationState.Pending, device.Record("Y").State);

        foreach (var entry in new[] { "c", "s" })
        {
            using var other = new TestDevice();
            var (first, second) = (new Delegating("X", b: "x.example"), new Delegating("Y", b: "y.example"));
            first.Scope[0] = x.Scope[0];
            second.Scope[0] = y.Scope[0];
            other.StartAccepted(first);
            other.StartAccepted(second);
            other.Tamper(state => Exchange(state, $"AppAuth/{entry}/AAuthSecret"));
            (other.Servers["x.example"], other.Servers["y.example"]) = (first.MakeB(), second.MakeB());
            other.Advance(TimeSpan.FromMinutes(10));
            Assert.AreEqual(DelegationState.Active, other.Record("X").State, "X itself is untouched");
            Assert.AreEqual(DelegationState.Pending, other.Record("Y").State);
            Assert.IsEmpty(other.Servers["y.example"].Received, "not a word to a server whose account does not open");
            Assert.AreEqual("credentials", other.Ended.Last(ended => ended.Server == "y.example").Error);
        }

        static AgentState Exchange(AgentState state, string leaf)
        {
            var tree = new TreeTransaction(state.Tree, state.Clock.HighWater);
            var from = state.Tree.Find(NodePath.Parse("./DMAcc/d-X/" + leaf))!;
            var to = state.Tree.Find(NodePath.Parse("./DMAcc/d-Y/" + leaf))!;
            tree.SetValue(to.Id, to.Format, to.Type, from.Value);
            return state with { Tree = tree.Current };
        }
    }
}
