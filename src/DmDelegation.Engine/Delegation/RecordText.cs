namespace DmDelegation.Engine.Delegation;

/// <summary>The words of 6.1 and 4.1 for values that are enumerations in the code.</summary>
public static class RecordText
{
    /// <summary>The label reported to people and in messages: final, temporary, else the scope value (4.1).</summary>
    public static string Label(DelegationRecord record) =>
        record.Text("DurationType") is "final" or "temporary" ? record.Text("DurationType")! : record.Text("ScopeType") ?? "";

    /// <summary>Scope axis; null for an unknown word, which is never mapped to a default (DEL-032).</summary>
    public static ScopeType? ScopeTypeOf(string word) => word switch
    {
        "partial" => ScopeType.Partial,
        "full" => ScopeType.Full,
        _ => null,
    };

    /// <summary>Duration axis; null for an unknown word (DEL-032).</summary>
    public static DurationType? DurationTypeOf(string word) => word switch
    {
        "until-revoked" => DurationType.UntilRevoked,
        "temporary" => DurationType.Temporary,
        "final" => DurationType.Final,
        _ => null,
    };

    /// <summary>Whether exclusive; null for an unknown word (DEL-032).</summary>
    public static bool? ExclusiveOf(string word) => word switch
    {
        "exclusive" => true,
        "shared" => false,
        _ => null,
    };

    /// <summary>Confirmation mode; null for an unknown word.</summary>
    public static ConfirmMode? ConfirmModeOf(string word) => word switch
    {
        "auth" => ConfirmMode.Auth,
        "exec" => ConfirmMode.Exec,
        _ => null,
    };
}
