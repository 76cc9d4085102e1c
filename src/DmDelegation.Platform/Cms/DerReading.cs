using System.Formats.Asn1;

namespace DmDelegation.Platform.Cms;

/// <summary>Pieces of DER that both structures have. Everything unknown throws <see cref="AsnContentException"/>: it fails closed (DEL-337).</summary>
internal static class DerReading
{
    public static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0);
    public static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1);
    public static readonly Asn1Tag Context2 = new(TagClass.ContextSpecific, 2);

    /// <summary>ContentInfo ::= SEQUENCE { contentType, [0] EXPLICIT content }, with nothing behind it (DEL-158, DEL-164).</summary>
    public static AsnReader OpenContentInfo(ReadOnlyMemory<byte> octets, string contentType)
    {
        var outside = new AsnReader(octets, AsnEncodingRules.DER);
        var info = outside.ReadSequence();
        outside.ThrowIfNotEmpty();
        Require(info.ReadObjectIdentifier() == contentType, "content type");
        var content = info.ReadSequence(Constructed(Context0));
        info.ThrowIfNotEmpty();
        var structure = content.ReadSequence();
        content.ThrowIfNotEmpty();
        return structure;
    }

    /// <summary>AlgorithmIdentifier ::= SEQUENCE { algorithm, parameters OPTIONAL }.</summary>
    public static AlgorithmIdentifier ReadAlgorithm(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        var algorithm = sequence.ReadObjectIdentifier();
        var parameters = sequence.HasData ? sequence.ReadEncodedValue() : default;
        sequence.ThrowIfNotEmpty();
        return new AlgorithmIdentifier(algorithm, parameters);
    }

    /// <summary>The only set member there may be.</summary>
    public static ReadOnlyMemory<byte> ReadOnlyMember(AsnReader reader)
    {
        var set = reader.ReadSetOf();
        var member = set.ReadEncodedValue();
        set.ThrowIfNotEmpty();
        return member;
    }

    public static Asn1Tag Constructed(Asn1Tag tag) => new(tag.TagClass, tag.TagValue, isConstructed: true);

    public static void Require(bool condition, string what)
    {
        if (!condition)
            throw new AsnContentException(what);
    }
}

/// <summary>An algorithm and the DER of its parameters, empty if absent.</summary>
internal readonly record struct AlgorithmIdentifier(string Algorithm, ReadOnlyMemory<byte> Parameters)
{
    private static readonly byte[] Null = [5, 0];

    /// <summary>Parameters absent or NULL: the two forms in use for algorithms without any.</summary>
    public bool HasNoParameters => Parameters.IsEmpty || Parameters.Span.SequenceEqual(Null);
}

/// <summary>Object identifiers that are compared (DEL-158, DEL-164).</summary>
internal static class ObjectIdentifiers
{
    public const string Data = "1.2.840.113549.1.7.1";
    public const string SignedData = "1.2.840.113549.1.7.2";
    public const string EnvelopedData = "1.2.840.113549.1.7.3";
    public const string AttributeContentType = "1.2.840.113549.1.9.3";
    public const string AttributeMessageDigest = "1.2.840.113549.1.9.4";
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";
    public const string Sha384 = "2.16.840.1.101.3.4.2.2";
    public const string Rsa = "1.2.840.113549.1.1.1";
    public const string Sha256WithRsa = "1.2.840.113549.1.1.11";
    public const string Sha384WithRsa = "1.2.840.113549.1.1.12";
    public const string EcPublicKey = "1.2.840.10045.2.1";
    public const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    public const string EcdsaWithSha384 = "1.2.840.10045.4.3.3";
    public const string P256 = "1.2.840.10045.3.1.7";
    public const string P384 = "1.3.132.0.34";
    public const string RsaesOaep = "1.2.840.113549.1.1.7";
    public const string Mgf1 = "1.2.840.113549.1.1.8";
    public const string PSpecified = "1.2.840.113549.1.1.9";
    public const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    public const string SubjectAltName = "2.5.29.17";
}
