using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.2: what Start refuses of types, times, scopes, rights and accounts. Each refusal leaves the home scheme as it was.</summary>
[TestClass]
public sealed class StartRefusalScenarios
{
    private const string AllRights = "Add+Delete+Exec+Get+Replace";
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    [TestMethod]
    [DataRow("final with NotAfter")]
    [DataRow("final with MaxSeconds")]
    [DataRow("until-revoked with MaxSeconds")]
    [DataRow("until-revoked with NotAfter")]
    [DataRow("temporary with neither")]
    [DataRow("final shared")]
    [DataRow("final without Replace")]
    [DataRow("final without Get")]
    [DataRow("full with two entries")]
    [DataRow("full with another entry than the root")]
    [DataRow("partial with the root")]
    [DataRow("partial without an entry")]
    [DataRow("unknown duration")]
    [DataRow("unknown scope")]
    [DataRow("unknown control")]
    [DataRow("word in another case")]
    public void S_030_An_illegal_combination_of_types_is_refused_DEL_026_DEL_027_DEL_031_DEL_032_DEL_103(string combination)
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var delegation = Combine(combination);
        device.StartFails(delegation, 403, 102);
    }

    private static Delegating Combine(string combination)
    {
        var delegation = new Delegating();
        if (combination.StartsWith("final", StringComparison.Ordinal))
        {
            delegation.Exec()["DurationType"] = "final";
            delegation.CertPin = new byte[32];
        }

        switch (combination)
        {
            case "final with NotAfter" or "until-revoked with NotAfter": delegation["Expiry/NotAfter"] = "20300201T000000Z"; break;
            case "final with MaxSeconds" or "until-revoked with MaxSeconds": delegation["Expiry/MaxSeconds"] = "3600"; break;
            case "temporary with neither": delegation["DurationType"] = "temporary"; break;
            case "final shared": delegation["Control"] = "shared"; break;
            case "final without Replace": Entries(delegation, ("./SCM", "Add+Delete+Exec+Get")); break;
            case "final without Get": Entries(delegation, ("./SCM", "Add+Delete+Exec+Replace")); break;
            case "full with two entries": Entries(delegation.Full(signed: false), (".", AllRights), ("./SCM", AllRights)); break;
            case "full with another entry than the root": Entries(delegation.Full(signed: false), ("./SCM", AllRights)); break;
            case "partial with the root": Entries(delegation, (".", AllRights)); break;
            case "partial without an entry": Entries(delegation); break;
            case "unknown duration": delegation["DurationType"] = "permanent"; break;
            case "unknown scope": delegation["ScopeType"] = "half"; break;
            case "unknown control": delegation["Control"] = "joint"; break;
            case "word in another case": delegation["DurationType"] = "Until-Revoked"; break;
            default: Assert.Fail(combination); break;
        }

        return delegation;
    }

    [TestMethod]
    public void S_031_Control_and_SubDelegation_have_a_default_and_nothing_else_has_DEL_033_DEL_102()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        Assert.IsTrue(delegation["Control"] is null && delegation["SubDelegation"] is null);
        device.StartAccepted(delegation);
        var grant = device.Record("7QK2").Grant!;
        Assert.AreEqual((true, 0), (grant.Exclusive, grant.SubDelegation));

        foreach (var leaf in new[] { "DurationType", "ScopeType", "Key/Method", "Confirm/Mode", "Confirm/Window", "Server/ServerID", "Account/Addr" })
        {
            using var other = new TestDevice();
            other.StartFails(new Delegating { [leaf] = null }, 412, 101);
        }
    }

    [TestMethod]
    [DataRow("Expiry/MaxSeconds", "9", 403, 130)]
    [DataRow("Expiry/MaxSeconds", "31622401", 403, 130)]
    [DataRow("Expiry/NotAfter", "20300101T030404Z", 403, 130)]
    [DataRow("Expiry/NotAfter", "20310102T030406Z", 403, 130)]
    [DataRow("Confirm/Window", "9", 412, 101)]
    [DataRow("Confirm/Window", "604801", 412, 101)]
    [DataRow("Expiry/MaxSeconds", "10", 200, 0)]
    [DataRow("Expiry/MaxSeconds", "31622400", 200, 0)]
    [DataRow("Expiry/NotAfter", "20310102T030405Z", 200, 0)]
    [DataRow("Confirm/Window", "10", 200, 0)]
    [DataRow("Confirm/Window", "604800", 200, 0)]
    public void S_032_Periods_have_bounds_DEL_030_DEL_102_DEL_115_DEL_134(string leaf, string value, int status, int reason)
    {
        using var device = new TestDevice();
        var delegation = leaf == "Expiry/NotAfter" ? new Delegating { ["DurationType"] = "temporary" } : new Delegating().Temporary(60);
        delegation[leaf] = value;
        if (status == 200)
        {
            device.StartAccepted(delegation);
        }
        else
        {
            device.StartFails(delegation, status, reason);
        }
    }

    [TestMethod]
    public void S_033_Limits_that_contradict_each_other_are_not_guessed_at_DEL_208()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Temporary(60);
        delegation["Expiry/NotAfter"] = "20300131T030405Z";
        delegation["Expiry/Now"] = "20300101T030405Z";
        device.StartFails(delegation, 403, 130);
    }

    [TestMethod]
    [DataRow("a.example")]
    [DataRow("b+*")]
    [DataRow("b=c")]
    [DataRow("b&c")]
    [DataRow("*")]
    [DataRow("b c")]
    public void S_037_B_is_another_server_with_a_name_that_fits_into_an_ACL_DEL_107(string b)
    {
        using var device = new TestDevice();
        var delegation = new Delegating(b: b) { ["Account/Addr"] = "https://b.example/dm" };
        device.StartFails(delegation, 403, 106);
    }

    [TestMethod]
    [DataRow("./SCM/../Net")]
    [DataRow("./SCM?prop=ACL")]
    [DataRow("SCM//x")]
    [DataRow("./scm%2Fx")]
    [DataRow("./SCM/missing")]
    [DataRow("./SCM/")]
    [DataRow("./SC%4D")]
    [DataRow("SCM")]
    [DataRow("./scm")]
    [DataRow("/SCM")]
    [DataRow("./SCM/./x")]
    public void S_038_A_scope_has_one_spelling_and_exists_DEL_108(string uri)
    {
        using var device = new TestDevice();
        device.StartFails(Entries(new Delegating(), (uri, AllRights)), 404, 120);
    }

    [TestMethod]
    [DataRow("./DMAcc")]
    [DataRow("./DMAcc/a")]
    [DataRow("./Delegation")]
    [DataRow("./Vendor/Trust")]
    [DataRow("./Vendor/Trust/anchor")]
    [DataRow("./DevInfo/DevId")]
    public void S_039_The_protected_set_is_no_scope_DEL_109_DEL_321(string uri)
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        device.StartFails(Entries(new Delegating(), (uri, "Get")), 403, 121);
    }

    [TestMethod]
    public void S_040_Who_could_not_reassign_a_node_cannot_delegate_it_DEL_084_DEL_110()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM", AllOfA.Replace("Get=a.example", "Get=a.example+d.example", StringComparison.Ordinal)));
        device.StartFails(Entries(new Delegating(a: "d.example"), ("./SCM", "Get")), 425, 122);
    }

    [TestMethod]
    public void S_041_A_grants_no_right_that_it_lacks_DEL_111()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM", "Add=a.example&Delete=a.example&Get=a.example&Replace=a.example"));
        device.StartFails(new Delegating(), 425, 123);
        device.StartAccepted(Entries(new Delegating("SECOND"), ("./SCM", "Add+Delete+Get+Replace")));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void S_042_Nothing_overlaps_a_live_exclusive_delegation_DEL_052_DEL_055_DEL_112(bool active)
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        if (active)
        {
            device.ActivateByItself(new Delegating());
        }
        else
        {
            device.StartAccepted(new Delegating());
        }

        device.StartFails(Entries(new Delegating("BELOW", b: "c.example"), ("./SCM/x", "Get+Replace")), 403, 124);
        device.StartFails(new Delegating("SAME", b: "c.example"), 403, 124);
        device.StartFails(new Delegating("ABOVE", b: "c.example").Full(), 403, 124);
        device.StartFails(new Delegating("SHARED", b: "c.example") { ["Control"] = "shared" }, 403, 124);
        Assert.AreEqual(active ? DelegationState.Active : DelegationState.Pending, device.Record("7QK2").State);
    }

    [TestMethod]
    public void S_043_Entries_of_one_record_do_not_overlap_DEL_054_DEL_108()
    {
        using var device = new TestDevice();
        device.StartFails(Entries(new Delegating(), ("./SCM", AllRights), ("./SCM/x", AllRights)), 404, 120);
        device.StartFails(Entries(new Delegating("OTHER"), ("./SCM/dir/leaf", "Get"), ("./SCM/dir", "Get")), 404, 120);
        device.StartFails(Entries(new Delegating("TWICE"), ("./SCM", "Get"), ("./SCM", "Get")), 404, 120);
    }

    [TestMethod]
    [DataRow("http")]
    [DataRow("no host")]
    [DataRow("user in the address")]
    [DataRow("endpoint not identifiable")]
    [DataRow("account and no Ref")]
    [DataRow("host that only looks like punycode")]
    [DataRow("Ref to another account")]
    [DataRow("empty Ref and no account")]
    [DataRow("Ref beside Addr")]
    public void S_047_Account_data_must_fit_DEL_093_DEL_094_DEL_114(string fault)
    {
        using var device = new TestDevice(setup =>
        {
            setup.HostNamesVerifiable = fault != "endpoint not identifiable";
            if (fault is "account and no Ref" or "Ref to another account" or "Ref beside Addr")
            {
                setup.Known.Add("b.example");
            }
        });
        var delegation = new Delegating();
        switch (fault)
        {
            case "http": delegation["Account/Addr"] = "http://b.example/dm"; break;
            case "no host": delegation["Account/Addr"] = "https:///dm"; break;
            case "host that only looks like punycode": delegation["Account/Addr"] = "https://xn--\u00fc.example/dm"; break;
            case "user in the address": delegation["Account/Addr"] = "https://u:p@b.example/dm"; break;
            case "Ref to another account": delegation.KnownB()["Account/Ref"] = "./DMAcc/d"; break;
            case "empty Ref and no account": delegation.KnownB(); break;
            case "Ref beside Addr":
                delegation.KnownB()["Account/Ref"] = "./DMAcc/b";
                delegation["Account/Addr"] = "https://b.example/dm";
                break;
        }

        device.StartFails(delegation, 403, 126);
    }

    [TestMethod]
    public void S_048_Final_needs_a_pin_and_final_and_a_known_B_need_mode_exec_DEL_056_DEL_093_DEL_176()
    {
        using var device = new TestDevice(setup => setup.Known.Add("known.example"));
        var withoutPin = new Delegating("NOPIN") { Signed = true, ["DurationType"] = "final" };
        device.StartFails(withoutPin.Exec(), 403, 126);
        device.StartFails(new Delegating("AUTH") { Signed = true, CertPin = new byte[32], ["DurationType"] = "final" }, 403, 102);
        device.StartFails(new Delegating("KNOWN", b: "known.example").KnownB().Auth(), 403, 102);
    }

    private static Delegating Entries(Delegating delegation, params (string Uri, string Rights)[] entries)
    {
        delegation.Scope.Clear();
        delegation.Scope.AddRange(entries.Select(entry => new ScopeEntry(entry.Uri, entry.Rights)));
        return delegation;
    }
}
