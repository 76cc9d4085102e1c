namespace DmDelegation.Protocol;

/// <summary>Content of Meta, the elements of MetInf that DM uses (REP-011 to REP-014). EMI and unknown ones are skipped.</summary>
public sealed record MetaInfo
{
    /// <summary>Format of the data: chr, int, bool, b64, bin, xml, node, null ... Absent means chr (PRO-055).</summary>
    public string? Format { get; init; }

    /// <summary>MIME type of the data, credential type, or alert type. Absent means text/plain (PRO-055).</summary>
    public string? Type { get; init; }

    /// <summary>Importance of a generic alert (PRO-138).</summary>
    public string? Mark { get; init; }

    /// <summary>Total size of a large object in octets, 0 or more; first chunk only (PRO-100, AMB-006).</summary>
    public long? Size { get; init; }

    /// <summary>The next nonce as base64 text; formulas use the decoded octets (SEC-030).</summary>
    public string? NextNonce { get; init; }

    /// <summary>Largest message in octets as encoded that the sender takes, 0 or more (PRO-023, PRO-024).</summary>
    public long? MaxMsgSize { get; init; }

    /// <summary>Largest object in octets that the sender takes, 0 or more (PRO-025, PRO-026).</summary>
    public long? MaxObjSize { get; init; }

    /// <summary>Without the nonce, which is not logged (SEC-012).</summary>
    public override string ToString() =>
        $"MetaInfo {{ Format = {Format}, Type = {Type}, Mark = {Mark}, Size = {Size}, MaxMsgSize = {MaxMsgSize}, MaxObjSize = {MaxObjSize} }}";
}
