using DmDelegation.ServerStub.Dm;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>The Delegation Command: one Atomic that builds the record, Exec Start behind it (delegation.md 6.2).</summary>
internal static class RecordBuilder
{
    // Type property of a record (6.1).
    private const string ObjectIdentifier = "org.example.dmagent/1.0/Delegation";

    public static IReadOnlyList<DmCommand> Build(DelegationProcess process, DelegationTerms terms, string keyMethod, byte[] keyValue, byte[]? voucher, DateTimeOffset now)
    {
        var root = $"./Delegation/{process.DelegationId}";
        var adds = new List<DmCommand> { new() { Name = "Add", Uri = root, Format = "node", Type = ObjectIdentifier } };
        void Text(string name, string? value)
        {
            if (value is not null)
                adds.Add(DmCommand.AddText($"{root}/{name}", value));
        }

        void Number(string name, long? value)
        {
            if (value is { } number)
                adds.Add(DmCommand.AddText($"{root}/{name}", number.ToString(), "int"));
        }

        Text("ScopeType", terms.ScopeType);
        Text("DurationType", terms.DurationType);
        Text("Control", terms.Control);
        for (var index = 0; index < terms.Scope.Count; index++)
        {
            Text($"Scope/{index + 1}/URI", terms.Scope[index].Uri);
            Text($"Scope/{index + 1}/Rights", terms.Scope[index].Rights);
        }

        Text("Server/ServerID", process.Peer);
        if (terms.Account?.Spki is { } spki)
            adds.Add(DmCommand.AddOctets($"{root}/Server/CertPin", Convert.FromBase64String(spki)));
        Text("Account/Addr", terms.Account?.Addr);
        Text("Account/Ref", terms.Account?.Addr is null ? terms.Account?.Ref ?? "" : null);
        Text("Account/AuthType", terms.Account?.AuthType);
        Text("Account/ClientName", terms.Account?.ClientName);
        Text("Account/ConRef", terms.Account?.ConRef);
        Text("Key/Method", keyMethod);
        adds.Add(DmCommand.AddOctets($"{root}/Key/Value", keyValue));
        if (voucher is not null)
            adds.Add(DmCommand.AddOctets($"{root}/Voucher", voucher));
        adds.Add(DmCommand.AddOctets($"{root}/Nonce", process.DeviceNonce));
        Text("Seq", process.Seq.ToString());
        Text("Expiry/NotAfter", terms.NotAfter);
        Number("Expiry/MaxSeconds", terms.MaxSeconds);
        Text("Expiry/Now", terms.DurationType == "temporary" ? now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'") : null);
        Text("Confirm/Mode", terms.ConfirmMode);
        Number("Confirm/Window", terms.Window);
        Number("SubDelegation", terms.SubDelegation);
        Number("Policy/RotateWithin", terms.RotateWithin);
        Text("Policy/OnTimeUnknown", terms.OnTimeUnknown);
        return [new DmCommand { Name = "Atomic", Children = adds }, DmCommand.Exec($"{root}/Operations/Start", $"c-{process.DelegationId}")];
    }
}
