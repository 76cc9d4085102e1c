namespace DmDelegation.Tests.Engine.Session;

/// <summary>The walk-through of security.md 6.</summary>
[TestClass]
public sealed class MacTests
{
    private static readonly byte[] C1 = Nonce(0xC1);
    private static readonly byte[] C2 = Nonce(0xC2);
    private static readonly byte[] C3 = Nonce(0xC3);

    [TestMethod]
    public void Every_message_uses_the_nonce_of_the_one_before_SEC_061_SEC_063_SEC_067_SEC_068_SEC_069()
    {
        var dialogue = new Dialogue("HMAC").Open();
        HasMac(dialogue, Dialogue.DeviceNonce);
        dialogue.Say(dialogue.HdrStatus(200, MacChal(C1)) + Get, mac: Dialogue.ServerMac(Dialogue.ServerNonce));
        Assert.AreEqual(200, dialogue.Statuses[0].Data);
        HasMac(dialogue, C1);
        var s1 = dialogue.GivenNonce;
        dialogue.Say(dialogue.HdrStatus(200, MacChal(C2)) + Get, mac: Dialogue.ServerMac(s1));
        HasMac(dialogue, C2);
        var s2 = dialogue.GivenNonce;
        dialogue.Say(dialogue.HdrStatus(200, MacChal(C3)), mac: Dialogue.ServerMac(s2));
        Assert.IsNull(dialogue.Ended!.Error);
        CollectionAssert.AreEqual(C3, dialogue.StoredNonce("c"));
        CollectionAssert.AreEqual(s2, dialogue.StoredNonce("s"));
    }

    [TestMethod]
    public void The_MAC_is_in_the_transport_header_with_the_user_name_of_the_body_and_not_in_Cred_SEC_062_SEC_064_SEC_065()
    {
        var dialogue = new Dialogue("HMAC").Open();
        Assert.IsNull(dialogue.Sent.Header.Cred);
        Assert.AreEqual(Dialogue.DeviceName, dialogue.Sent.Header.Source.LocName);
        StringAssert.StartsWith(dialogue.Sending!.HmacHeader, $"algorithm=MD5, username=\"{Dialogue.DeviceName}\", mac=");
    }

    [TestMethod]
    public void Without_the_header_the_server_gets_407_and_a_challenge_SEC_042_SEC_066()
    {
        var dialogue = new Dialogue("HMAC").Open();
        dialogue.Say(dialogue.HdrStatus(200, MacChal(C1)) + Get);
        Assert.AreEqual(407, dialogue.Statuses[0].Data);
        Assert.AreEqual("syncml:auth-MAC", dialogue.Statuses[0].Chal!.Meta.Type);
        CollectionAssert.AreEqual(new[] { 407 }, dialogue.Codes);
    }

    [TestMethod]
    public void A_header_without_username_or_with_another_one_is_a_failure_SEC_065_SEC_066_SEC_071()
    {
        Assert.AreEqual(401, First(body => Dialogue.ServerMac(Dialogue.ServerNonce)(body).Replace("username=\"s.example\", ", "", StringComparison.Ordinal)));
        Assert.AreEqual(401, First(body => Dialogue.Mac("other", Dialogue.ServerPassword, Dialogue.ServerNonce, body)));
        Assert.AreEqual(401, First(Dialogue.ServerMac(Dialogue.ServerNonce), sourceName: "other"));
        Assert.AreEqual(200, First(Dialogue.ServerMac(Dialogue.ServerNonce)));
    }

    [TestMethod]
    public void A_MAC_of_another_body_is_a_failure_SEC_063() =>
        Assert.AreEqual(401, First(body => Dialogue.ServerMac(Dialogue.ServerNonce)([.. body, (byte)' '])));

    [TestMethod]
    [DataRow("missing")]
    [DataRow("wrong")]
    [DataRow("old nonce")]
    public void In_a_later_message_a_missing_or_wrong_MAC_ends_the_session_SEC_070(string what)
    {
        var dialogue = new Dialogue("HMAC").Open();
        dialogue.Say(dialogue.HdrStatus(200, MacChal(C1)) + Get, mac: Dialogue.ServerMac(Dialogue.ServerNonce));
        dialogue.Say(dialogue.HdrStatus(200, MacChal(C2)) + Replace, mac: what switch
        {
            "wrong" => Dialogue.ServerMac(dialogue.GivenNonce, "wrong"),
            "old nonce" => Dialogue.ServerMac(Dialogue.ServerNonce),
            _ => null,
        });
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("mac", dialogue.Ended!.Error);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
        CollectionAssert.AreEqual(C1, dialogue.StoredNonce("c"));
    }

    [TestMethod]
    [DataRow(212, true)]
    [DataRow(200, false)]
    public void Status_212_or_no_nonce_ends_the_session_SEC_070(int code, bool withNonce)
    {
        var dialogue = new Dialogue("HMAC").Open();
        dialogue.Say(dialogue.HdrStatus(code, withNonce ? MacChal(C1) : "") + Get, mac: Dialogue.ServerMac(Dialogue.ServerNonce));
        Assert.AreEqual("mac", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void A_stale_nonce_is_repaired_by_the_challenges_of_both_sides_SEC_044_SEC_031()
    {
        var dialogue = new Dialogue("HMAC").Open();
        dialogue.Say(dialogue.HdrStatus(401, MacChal(C1)));
        HasMac(dialogue, C1);
        Assert.AreEqual(407, dialogue.Statuses[0].Data);
        dialogue.Say(dialogue.HdrStatus(200, MacChal(C2)) + Replace, mac: Dialogue.ServerMac(dialogue.GivenNonce));
        CollectionAssert.AreEqual(new[] { 200 }, dialogue.Codes);
        HasMac(dialogue, C2);
        CollectionAssert.AreEqual(C2, dialogue.StoredNonce("c"));
    }

    private const string Get = "<Get><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get>";
    private const string Replace = "<Replace><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target><Data>n</Data></Item></Replace>";

    private static byte[] Nonce(byte value) => [.. Enumerable.Repeat(value, 16)];

    private static string MacChal(byte[] nonce) => Dialogue.Chal("syncml:auth-MAC", Convert.ToBase64String(nonce));

    private static int First(Func<byte[], string> mac, string sourceName = Dialogue.Server)
    {
        var dialogue = new Dialogue("HMAC") { SourceName = sourceName }.Open();
        return dialogue.Say(dialogue.HdrStatus(200, MacChal(C1)) + Get, mac: mac).Statuses[0].Data;
    }

    private static void HasMac(Dialogue dialogue, byte[] nonce) => Assert.AreEqual(
        Dialogue.Mac(Dialogue.DeviceName, Dialogue.DevicePassword, nonce, dialogue.Sending!.Body.ToArray()), dialogue.Sending.HmacHeader);
}
