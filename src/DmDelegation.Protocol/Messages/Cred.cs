namespace DmDelegation.Protocol;

/// <summary>Credentials of the sender of a message (REP-004, security.md 2).</summary>
/// <param name="Meta">Type of the credentials (<see cref="AuthType"/>) and Format b64.</param>
/// <param name="Data">The value, base64 text.</param>
public sealed record Cred(MetaInfo? Meta, string Data)
{
    /// <summary>Without Data: with auth-basic it is the password (SEC-012).</summary>
    public override string ToString() => $"Cred {{ Meta = {Meta} }}";
}

/// <summary>A challenge: type of the credentials demanded, Format b64 and NextNonce (REP-003, SEC-043).</summary>
/// <param name="Meta">Type, Format and NextNonce.</param>
public sealed record Chal(MetaInfo Meta);
