using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmDelegation.Agent.Checks;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Support;

namespace DmDelegation.Agent.Queries;

/// <summary>Generated readers and writers of the reports, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(NodeListReport))]
[JsonSerializable(typeof(AclReport))]
[JsonSerializable(typeof(AccessReport))]
[JsonSerializable(typeof(AccountListReport))]
[JsonSerializable(typeof(DelegationListReport))]
[JsonSerializable(typeof(DelegationReport))]
[JsonSerializable(typeof(DelegationChange))]
[JsonSerializable(typeof(LocalEndReport))]
[JsonSerializable(typeof(LogReport))]
[JsonSerializable(typeof(FactoryResetReport))]
[JsonSerializable(typeof(SessionReport))]
[JsonSerializable(typeof(LastSessionsReport))]
[JsonSerializable(typeof(MetricsReport))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(BundleReport))]
[JsonSerializable(typeof(ClockReport))]
[JsonSerializable(typeof(VersionReport))]
[JsonSerializable(typeof(WaitReport))]
[JsonSerializable(typeof(ValidationReport))]
[JsonSerializable(typeof(ConfigurationReport))]
[JsonSerializable(typeof(VerbArguments))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    private static ReportJson? _readable;

    /// <summary>The context to use: ACLs are full of <c>&amp;</c> and <c>+</c>, which are for people to read too.</summary>
    public static ReportJson Readable => _readable ??= new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
